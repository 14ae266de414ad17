"""One training step of the Face GAN: the face objective of "Everybody Dance Now" ("Full Objective")."""

import torch
from torch import Tensor, nn

from pipeline.losses.adversarial import discriminator_loss, generator_loss
from pipeline.networks.discriminator import PatchDiscriminator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.params import Face
from pipeline.runtime.devices import autocast


def face_losses(
    generator: FaceGenerator,
    discriminator: PatchDiscriminator,
    perceptual: nn.Module | None,
    params: Face,
    precision: str,
    pose: Tensor,
    generated: Tensor,
    real: Tensor,
    label: Tensor,
) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Losses of a batch of crops: (the generator's, the discriminator's, every term by name), scalars.

    perceptual: the perceptual loss, None if the objective has no such term. params: the objective's form and weight.
    precision: ``fp32`` or ``bf16``. pose, generated, real: float (B, 3, S, S) in [-1, 1], crops of the pose picture, of
    the fixed body generator's output and of the real frame. label: (B, 1, S, S), which part they show. D_f has to tell
    (pose, label, real) from (pose, label, generated + r). Terms are unweighted. Back-propagate each loss into its own
    network's parameters only, as in :func:`body_losses`.
    """
    with autocast(pose.device, precision):
        fake = generated + generator(pose, generated, label)
        fake_logits = discriminator(torch.cat([pose, label, fake], dim=1))[-1].float()
        real_logits = discriminator(torch.cat([pose, label, real], dim=1))[-1].float()
        terms = {
            "d": discriminator_loss(params.gan_loss, real_logits, fake_logits),
            "g_gan": generator_loss(params.gan_loss, real_logits, fake_logits),
        }
        generator_total = terms["g_gan"]
        if perceptual is not None:
            terms["g_vgg"] = perceptual(fake, real)
            generator_total = generator_total + params.lambda_vgg * terms["g_vgg"]
    terms["l1"] = (fake.detach() - real).abs().mean()  # logged only
    return generator_total, terms["d"], terms
