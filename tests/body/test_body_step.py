"""The body step against the objective written out plainly, and a real training of tiny networks."""

from pathlib import Path

import pytest
import torch

from pipeline.body.step import body_losses, discriminator_channels
from pipeline.body.trimap import GRID
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.params import Train, load_params
from pipeline.training.loop import update
from pipeline.training.optimizer import make_optimizer

PARAMS = Path(__file__).parents[2] / "params.yaml"


def objective(gan_loss="lsgan", r1=0.0, r2=0.0, lambda_fm=0.0, lambda_vgg=0.0, lambda_mask=0.0) -> Train:
    """The shipped parameters with this objective."""
    weights = {"r1": r1, "r2": r2, "lambda_fm": lambda_fm, "lambda_vgg": lambda_vgg, "lambda_mask": lambda_mask}
    return load_params(PARAMS).train.model_copy(update={"gan_loss": gan_loss, **weights})


def networks(temporal=True, width=4, layered=False):
    torch.manual_seed(0)
    generator = BodyGenerator(temporal, ngf=width, downsamplings=2, blocks=1, enhancer_blocks=None,
                              layered=layered)
    discriminator = MultiscaleDiscriminator(discriminator_channels(temporal), ndf=width, layers=2, scales=2)
    return generator, discriminator


def pair(batch=1, size=32):
    torch.manual_seed(1)
    poses, frames = torch.rand(2, batch, 2, 3, size, size) * 2 - 1
    known = torch.randint(3, (batch, 2, size // GRID, size // GRID), dtype=torch.uint8)
    return poses, frames, torch.rand(batch, 3, size, size) * 2 - 1, known


def plain_gradients(generator, discriminator, perceptual, poses, frames, lambda_fm, lambda_vgg):
    """The objective as the paper writes it, with its own passes for D and for G. -> gradients of (G, D)."""
    zeros = torch.zeros_like(poses[:, 0])
    first = generator.network(torch.cat([poses[:, 0], zeros], 1))
    second = generator.network(torch.cat([poses[:, 1], first], 1))

    def judge(a, b):
        return discriminator(torch.cat([poses[:, 0], poses[:, 1], a, b], 1))

    d_loss = 0
    for real, fake in zip(judge(frames[:, 0], frames[:, 1]), judge(first.detach(), second.detach()), strict=True):
        d_loss = d_loss + 0.5 * ((real[-1] - 1) ** 2).mean() + 0.5 * (fake[-1] ** 2).mean()
    d_gradients = torch.autograd.grad(d_loss, list(discriminator.parameters()))

    g_loss = 0
    for real, fake in zip(judge(frames[:, 0], frames[:, 1]), judge(first, second), strict=True):
        g_loss = g_loss + ((fake[-1] - 1) ** 2).mean()
        for real_map, fake_map in zip(real[:-1], fake[:-1], strict=True):
            scale = lambda_fm * 4 / (len(real) - 1) / 2
            g_loss = g_loss + scale * (fake_map - real_map.detach()).abs().sum() / fake_map.numel()
    g_loss = g_loss + lambda_vgg * (perceptual(first, frames[:, 0]) + perceptual(second, frames[:, 1]))
    return torch.autograd.grad(g_loss, list(generator.parameters())), d_gradients


def test_gradients_are_those_of_the_plainly_written_objective():
    generator, discriminator = networks()
    perceptual = PerceptualLoss("efficientnet_lite0", None)
    perceptual.moves = False  # both sides look at the same places
    poses, frames, plates, known = pair()
    expected_g, expected_d = plain_gradients(generator, discriminator, perceptual, poses, frames, 10.0, 5.0)
    params = objective(lambda_fm=10.0, lambda_vgg=5.0)
    g, d, _ = body_losses(generator, discriminator, perceptual, params, "fp32", poses, frames, plates, known)
    update(g, d, generator, discriminator, [])
    for parameter, gradient in zip(generator.parameters(), expected_g, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-3, atol=1e-5)
    for parameter, gradient in zip(discriminator.parameters(), expected_d, strict=True):
        torch.testing.assert_close(parameter.grad, gradient, rtol=1e-3, atol=1e-6)


def test_without_temporal_smoothing_the_frames_of_a_pair_are_separate_examples():
    generator, discriminator = networks(temporal=False)
    poses, frames, plates, known = pair()
    params = objective(lambda_fm=10.0)
    together = body_losses(generator, discriminator, None, params, "fp32", poses, frames, plates, known)[2]
    turned = poses.flip(1), frames.flip(1), plates, known.flip(1)
    swapped = body_losses(generator, discriminator, None, params, "fp32", *turned)[2]
    for name in together:
        torch.testing.assert_close(together[name], swapped[name])


def test_weights_of_zero_leave_their_terms_out():
    generator, discriminator = networks()
    terms = body_losses(generator, discriminator, None, objective("hinge"), "fp32", *pair())[2]
    assert set(terms) == {"d", "g_gan", "l1"}


def test_penalties_are_added_to_the_discriminators_loss():
    generator, discriminator = networks()
    _, plain, _ = body_losses(generator, discriminator, None, objective("relativistic"), "fp32", *pair())
    params = objective("relativistic", r1=2.0, r2=3.0)
    _, total, terms = body_losses(generator, discriminator, None, params, "fp32", *pair())
    assert total.item() == pytest.approx((plain + 2 * terms["r1"] + 3 * terms["r2"]).item())
    assert terms["r1"] > 0 and terms["r2"] > 0


def test_bf16_losses_are_close_to_fp32():
    generator, discriminator = networks()
    terms = [
        body_losses(generator, discriminator, None, objective(lambda_fm=10.0), precision, *pair())[2]
        for precision in ("fp32", "bf16")
    ]
    for name in terms[0]:
        assert terms[1][name].item() == pytest.approx(terms[0][name].item(), rel=0.05, abs=0.02)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_bf16_gradients_point_where_those_of_fp32_do(layout):
    """In every layer: losses that agree say nothing about gradients."""
    generator, discriminator = networks(width=16)
    expected, found = [], []
    for gradients, precision in ((expected, "fp32"), (found, "bf16")):
        g, d, _ = body_losses(generator, discriminator, None, objective(lambda_fm=10.0), precision, *pair())
        update(g, d, generator, discriminator, [])
        gradients += [
            p.grad.clone() for network in (generator, discriminator) for p in network.parameters() if p.ndim > 1
        ]
        generator.to(memory_format=layout)
        discriminator.to(memory_format=layout)
    for a, b in zip(expected, found, strict=True):
        assert torch.cosine_similarity(a.flatten(), b.flatten(), dim=0) > 0.9


@pytest.mark.parametrize("gan_loss", ["lsgan", "vanilla", "hinge", "relativistic"])
@pytest.mark.parametrize(("temporal", "layered"), [(True, False), (False, False), (True, True)])
def test_tiny_networks_learn_one_pair(temporal, gan_loss, layered):
    generator, discriminator = networks(temporal, width=8, layered=layered)
    ramp = torch.linspace(-1, 1, 32)
    ys, xs = torch.meshgrid(ramp, ramp, indexing="ij")
    poses = torch.stack([torch.stack([xs, ys, (xs - shift).abs()]) for shift in (0.0, 0.3)])[None]
    frames, plates = -0.5 * poses.roll(1, dims=2), torch.zeros(1, 3, 32, 32)
    known = torch.full((1, 2, 8, 8), 2, dtype=torch.uint8)
    optimizers = [
        make_optimizer(network.parameters(), 1e-3, (0.5, 0.999), 80, 0)[0] for network in (generator, discriminator)
    ]
    perceptual = PerceptualLoss("efficientnet_lite0", None)
    params = objective(gan_loss, lambda_fm=10.0, lambda_vgg=5.0)
    errors = []
    for _ in range(80):
        g, d, terms = body_losses(generator, discriminator, perceptual, params, "fp32", poses, frames, plates, known)
        update(g, d, generator, discriminator, optimizers)
        errors.append(terms["l1"].item())
    assert errors[-1] < 0.4 * errors[0]


def test_the_masks_loss_counts_with_its_weight_where_there_are_masks():
    for layered in (True, False):
        generator, discriminator = networks(layered=layered)
        totals = [
            body_losses(generator, discriminator, None, objective(lambda_mask=weight), "fp32", *pair())
            for weight in (0.0, 7.0)
        ]
        assert ("g_mask" in totals[1][2]) == layered and "g_mask" not in totals[0][2]
        extra = 7 * totals[1][2]["g_mask"] if layered else 0.0
        torch.testing.assert_close(totals[1][0], totals[0][0] + extra)
