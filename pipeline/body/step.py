"""One training step of the body GAN: "Full Objective" of "Everybody Dance Now"."""

from typing import cast

import torch
from torch import Tensor, nn

from pipeline.body.trimap import GRID
from pipeline.losses.adversarial import discriminator_loss, generator_loss
from pipeline.losses.feature_matching import feature_matching_loss
from pipeline.losses.gradient_penalty import gradient_penalty
from pipeline.losses.mask import mask_loss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.params import Train
from pipeline.runtime.devices import autocast


def discriminator_channels(temporal: bool) -> int:
    """Channels a discriminator sees: two pose pictures and two frames, or one of each."""
    return 12 if temporal else 6


def body_losses(
    generator: BodyGenerator,
    discriminator: MultiscaleDiscriminator,
    perceptual: nn.Module | None,
    params: Train,
    precision: str,
    poses: Tensor,
    frames: Tensor,
    plates: Tensor,
    known: Tensor,
    references: Tensor | None = None,
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Losses of a batch of pairs: (the generator's, the discriminator's, every term by name), scalars.

    perceptual: the perceptual loss, None if the objective has no such term. params: the objective's form and weights.
    precision: ``fp32`` or ``bf16``. poses, frames: float (B, 2, 3, H, W) in [-1, 1], two consecutive frames of one
    window. plates: float (B, 3, H, W) in [-1, 1], what lies behind them. known: uint8 (B, 2, H / GRID, W / GRID), see
    :func:`mask_loss`. references: float (B, 2, 5, H, W) in [-1, 1], if the generator copies from some. Without temporal
    smoothing the two frames are separate examples. Terms are unweighted. The generated pictures are not detached for
    the discriminator's loss, since both losses share one forward pass: so back-propagate each loss into its own
    network's parameters only.
    """
    if not generator.temporal:
        poses, frames = poses.flatten(0, 1).unsqueeze(1), frames.flatten(0, 1).unsqueeze(1)
        plates, known = plates.repeat_interleave(2, dim=0), known.flatten(0, 1).unsqueeze(1)
        references = None if references is None else references.flatten(0, 1).unsqueeze(1)
    with autocast(poses.device, precision):
        fakes, masks = generator.rollout(poses, plates, references)
        judged_fakes = torch.cat([poses, fakes], dim=1).flatten(1, 2)
        judged_reals = torch.cat([poses, frames], dim=1).flatten(1, 2)
        fake_maps, real_maps = discriminator(judged_fakes), discriminator(judged_reals)

        # the adversarial terms are summed over scales, feature matching is averaged over them, as in the released code
        logits = [(real[-1].float(), fake[-1].float()) for real, fake in zip(real_maps, fake_maps, strict=True)]
        terms = {
            "d": cast(Tensor, sum(discriminator_loss(params.gan_loss, real, fake) for real, fake in logits)),
            "g_gan": cast(Tensor, sum(generator_loss(params.gan_loss, real, fake) for real, fake in logits)),
        }
        discriminator_total, generator_total = terms["d"], terms["g_gan"]
        for name, weight, judged in (("r1", params.r1, judged_reals), ("r2", params.r2, judged_fakes)):
            if weight:
                terms[name] = gradient_penalty(discriminator, judged, judged.shape[1] // 2)
                discriminator_total = discriminator_total + weight * terms[name]
        if params.lambda_fm:
            terms["g_fm"] = feature_matching_loss(real_maps, fake_maps)
            generator_total = generator_total + params.lambda_fm * terms["g_fm"]
        if params.lambda_mask and masks is not None:
            terms["g_mask"] = mask_loss(masks.flatten(0, 1), known.flatten(0, 1), GRID)
            generator_total = generator_total + params.lambda_mask * terms["g_mask"]
        if perceptual is not None:
            # summed over the frames of a pair, as in the paper's objective, while `perceptual` takes the mean over them
            distance = perceptual(fakes.flatten(0, 1), frames.flatten(0, 1))
            terms["g_vgg"] = poses.shape[1] * distance
            generator_total = generator_total + params.lambda_vgg * terms["g_vgg"]
    terms["l1"] = (fakes.detach() - frames).abs().mean()  # logged only
    return generator_total, discriminator_total, terms
