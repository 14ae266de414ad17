"""The face step: its objective by hand, and that a residual is really learned."""

from pathlib import Path

import torch

from pipeline.face.step import face_losses
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.compositing import fade
from pipeline.networks.discriminator import PatchDiscriminator
from pipeline.networks.face_generator import FADE, FaceGenerator, label_planes
from pipeline.params import Face, load_params
from pipeline.training.loop import update
from pipeline.training.optimizer import make_optimizer

PARAMS = Path(__file__).parents[2] / "params.yaml"


def objective(lambda_vgg: float) -> Face:
    """The shipped parameters with this weight of the perceptual loss, and LSGAN."""
    return load_params(PARAMS).face.model_copy(update={"gan_loss": "lsgan", "lambda_vgg": lambda_vgg})


def networks():
    torch.manual_seed(0)
    return FaceGenerator(ngf=4, downsamplings=2, blocks=1), PatchDiscriminator(7, ndf=4, layers=2)


def test_losses_by_hand():
    generator, discriminator = networks()
    pose, generated, real = torch.rand(3, 2, 3, 32, 32).unbind(0)
    perceptual = PerceptualLoss("efficientnet_lite0", None)
    perceptual.moves = False  # both sides look at the same places
    label = label_planes(torch.tensor([True, False]), pose)
    crops = pose, generated, real, label
    g, d, terms = face_losses(generator, discriminator, perceptual, objective(7.0), "fp32", *crops)
    inside = fade(32, 32, FADE, pose.device)
    fake = generated + inside * generator.network(torch.cat([pose, generated, label], 1))
    on_fake = discriminator(torch.cat([pose, label, fake], 1))[-1]
    on_real = discriminator(torch.cat([pose, label, real], 1))[-1]
    torch.testing.assert_close(d, 0.5 * ((on_real - 1) ** 2).mean() + 0.5 * (on_fake**2).mean())
    torch.testing.assert_close(g, ((on_fake - 1) ** 2).mean() + 7.0 * perceptual(fake, real))
    torch.testing.assert_close(terms["l1"], (fake - real).abs().mean())


def test_the_residual_repairs_a_constant_error():
    generator, discriminator = networks()
    pose, generated = torch.rand(2, 2, 3, 32, 32).unbind(0)
    real, label = generated - 0.5, label_planes(torch.tensor([True, False]), pose)
    perceptual = PerceptualLoss("efficientnet_lite0", None)
    optimizers = [make_optimizer(n.parameters(), 5e-3, (0.5, 0.999), 60, 0)[0] for n in (generator, discriminator)]
    params, errors = objective(10.0), []
    for _ in range(60):
        g, d, terms = face_losses(generator, discriminator, perceptual, params, "fp32", pose, generated, real, label)
        update(g, d, generator, discriminator, optimizers)
        errors.append(terms["l1"].item())
    assert errors[-1] < 0.6 * (generated - real).abs().mean().item()
