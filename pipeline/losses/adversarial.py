"""Adversarial losses in four forms. Logits are float (B, 1, h, w), one per patch; losses are scalars.

``lsgan`` is least squares (the released code's), ``vanilla`` the paper's formula
E[log D(real)] + E[log(1 - D(fake))] with the non-saturating form for the generator, ``hinge`` gives the discriminator
no gradient from logits beyond 1 (real) or -1 (fake). ``relativistic`` (Jolicoeur-Martineau 2018, in the paired form of
Huang et al. 2024) compares: the real patch should have a higher logit than the generated one at the same place.
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
