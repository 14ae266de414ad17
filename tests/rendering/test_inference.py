"""Generators prepared for rendering compute the trained function, nearer to float32 than bfloat16 training does."""

import copy

import pytest
import torch
from torch import nn

from pipeline.networks.body_generator import BodyGenerator
from pipeline.rendering.few_channels import FewChannelConvolution
from pipeline.rendering.inference import WINOGRAD_CHANNELS, for_inference
from pipeline.rendering.winograd import WinogradConvolution

CPU = torch.device("cpu")


def relative_error(found, exact):
    return float((found.double() - exact).norm() / exact.norm())


@pytest.mark.parametrize("size", [(8, 6), (9, 6), (2, 5)])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 2e-2)])
def test_winograd_is_the_residual_convolution(size, batch, dtype, tolerance):
    torch.manual_seed(0)
    layer = nn.Conv2d(24, 24, 3, padding=1, padding_mode="reflect")
    nn.init.normal_(layer.bias)
    x = torch.randn(batch, 24, *size)
    with torch.no_grad():
        exact = copy.deepcopy(layer).double()(x.double())
        found = WinogradConvolution(layer).to(dtype)(x)
    assert found.dtype == torch.float32
    assert relative_error(found, exact) < tolerance


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 1e-2)])
def test_few_channels_by_columns_are_the_convolution(dtype, tolerance):
    torch.manual_seed(0)
    layer = nn.Conv2d(20, 3, 7, padding=3, padding_mode="reflect")
    x = torch.randn(2, 20, 9, 12)
    with torch.no_grad():
        exact = copy.deepcopy(layer).double()(x.double())
        found = FewChannelConvolution(layer).to(dtype)(x.to(dtype))
    assert found.dtype == torch.float32
    assert relative_error(found, exact) < tolerance


@pytest.mark.parametrize("enhancer_blocks", [None, 1])
def test_a_prepared_generator_is_the_trained_one(enhancer_blocks):
    torch.manual_seed(0)
    generator = BodyGenerator(True, WINOGRAD_CHANNELS // 4, 2, 2, enhancer_blocks)
    pose, previous = torch.rand(2, 1, 3, 32, 48) * 2 - 1
    with torch.inference_mode():
        exact = copy.deepcopy(generator).double()(pose.double(), previous.double())
        with torch.autocast("cpu", torch.bfloat16):
            trained = relative_error(generator(pose, previous), exact)
        prepared = {
            precision: for_inference(copy.deepcopy(generator), CPU, precision) for precision in ("fp32", "bf16")
        }
        found = {precision: each(pose, previous) for precision, each in prepared.items()}
    assert any(isinstance(layer, WinogradConvolution) for layer in prepared["bf16"].modules())
    assert any(isinstance(layer, FewChannelConvolution) for layer in prepared["bf16"].modules())
    assert all(frame.dtype == torch.float32 for frame in found.values())
    assert relative_error(found["fp32"], exact) < 1e-4
    assert 1e-4 < relative_error(found["bf16"], exact) < trained


@pytest.mark.parametrize(("ngf", "downsamplings", "layered"), [(4, 2, False), (8, 2, True), (4, 3, False)])
def test_narrow_generators_run_in_bf16_too(ngf, downsamplings, layered):
    """Layers too narrow to be rounded meet the rounded output of others."""
    torch.manual_seed(0)
    generator = BodyGenerator(True, ngf, downsamplings, 1, None, layered)
    pose, plate = torch.rand(2, 1, 3, 32, 48) * 2 - 1
    with torch.inference_mode():
        exact = copy.deepcopy(generator).double()(pose.double(), None, plate.double())
        found = for_inference(generator, CPU, "bf16")(pose, None, plate)
    assert found.dtype == torch.float32
    assert relative_error(found, exact) < 0.1
