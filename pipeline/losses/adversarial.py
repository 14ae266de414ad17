"""The GAN game in four forms. Logits are float tensors of one shape, one a patch; losses are scalars.

``lsgan`` is least squares (the released code's), ``vanilla`` the paper's formula
E[log D(real)] + E[log(1 - D(fake))] with the generator's non-saturating form, ``hinge`` clips the logits that are good
enough. ``relativistic`` (Jolicoeur-Martineau 2018, in the paired form of Huang et al. 2024) asks of every patch only
that the real one looks more real than the generated one at the same place.
"""

import torch.nn.functional as F
from torch import Tensor


def discriminator_loss(kind: str, real: Tensor, fake: Tensor) -> Tensor:
    """What a discriminator minimizes, given its logits on real and on generated pictures."""
    if kind == "lsgan":
        return ((real - 1).square().mean() + fake.square().mean()) / 2
    if kind == "vanilla":
        return F.softplus(-real).mean() + F.softplus(fake).mean()
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    if kind == "relativistic":
        return F.softplus(fake - real).mean()
    raise ValueError(f"unknown GAN loss {kind!r}")


def generator_loss(kind: str, real: Tensor, fake: Tensor) -> Tensor:
    """What the generator minimizes, given the same logits."""
    if kind == "lsgan":
        return (fake - 1).square().mean()
    if kind == "vanilla":
        return F.softplus(-fake).mean()
    if kind == "hinge":
        return -fake.mean()
    if kind == "relativistic":
        return F.softplus(real - fake).mean()
    raise ValueError(f"unknown GAN loss {kind!r}")
