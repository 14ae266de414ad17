"""One training step of the body GAN: the full objective of "Everybody Dance Now", section 4.3."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pipeline.devices import autocast
from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.discriminator import MultiscaleDiscriminator
from pipeline.gan.losses.adversarial import discriminator_loss, generator_loss
from pipeline.gan.losses.feature_matching import feature_matching_loss


@dataclass(frozen=True)
class BodyLoss:
    """The objective's form and weights, from section ``train`` of ``params.yaml``."""

    gan_loss: str
    lambda_fm: float
    lambda_vgg: float
    precision: str


def discriminator_channels(temporal: bool) -> int:
    """Channels a discriminator sees: two pose pictures and two frames, or one of each."""
    return 12 if temporal else 6


def body_losses(
    generator: BodyGenerator,
    discriminator: MultiscaleDiscriminator,
    perceptual: nn.Module | None,
    loss: BodyLoss,
    poses: Tensor,
    frames: Tensor,
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Losses of a batch of pairs: (for the generator, for the discriminator, every term by name).

    poses, frames: float (B, 2, 3, H, W) in [-1, 1], two consecutive frames. Without temporal smoothing the two
    are separate examples. The generated pictures pass the discriminator once; both losses use that pass, so
    back-propagate each into its own network's parameters only.
    """
    if not generator.temporal:
        poses, frames = poses.flatten(0, 1).unsqueeze(1), frames.flatten(0, 1).unsqueeze(1)
    with autocast(poses.device, loss.precision):
        fakes = generator.rollout(poses)
        fake_maps = discriminator(torch.cat([poses, fakes], dim=1).flatten(1, 2))
        real_maps = discriminator(torch.cat([poses, frames], dim=1).flatten(1, 2))

        fake_logits = [maps[-1].float() for maps in fake_maps]
        real_logits = [maps[-1].float() for maps in real_maps]
        logits = list(zip(real_logits, fake_logits, strict=True))
        terms = {
            "d": sum(discriminator_loss(loss.gan_loss, real, fake) for real, fake in logits),
            "g_gan": sum(generator_loss(loss.gan_loss, real, fake) for real, fake in logits),
        }
        generator_total = terms["g_gan"]
        if loss.lambda_fm:
            terms["g_fm"] = feature_matching_loss(real_maps, fake_maps)
            generator_total = generator_total + loss.lambda_fm * terms["g_fm"]
        if perceptual is not None:
            # the sum over both frames of a pair, as the objective writes it: T times the mean over all frames
            distance = perceptual(fakes.flatten(0, 1), frames.flatten(0, 1))
            terms["g_vgg"] = poses.shape[1] * distance
            generator_total = generator_total + loss.lambda_vgg * terms["g_vgg"]
    terms["l1"] = (fakes.detach() - frames).abs().mean()  # watched, not trained on
    return generator_total, terms["d"], terms
