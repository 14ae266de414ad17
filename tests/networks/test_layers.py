"""Layers: values against PyTorch's own, gradients against float64 in every memory format."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from pipeline.networks.layers import InstanceNorm, ResidualBlock, down, stem, up

LAYOUTS = [torch.contiguous_format, torch.channels_last]


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("layout_of_gradient", LAYOUTS)
def test_instance_norm_values_and_gradients_match_float64(batch, layout, layout_of_gradient):
    torch.manual_seed(0)
    x = torch.randn(batch, 5, 8, 6).to(memory_format=layout).requires_grad_()
    incoming = torch.randn(batch, 5, 8, 6).to(memory_format=layout_of_gradient)
    exact = x.detach().double().requires_grad_()
    expected = F.instance_norm(exact.contiguous())
    expected.backward(incoming.double().contiguous())
    result = InstanceNorm()(x)
    result.backward(incoming)
    torch.testing.assert_close(result.double(), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(x.grad.double(), exact.grad, atol=1e-5, rtol=1e-4)


def test_sizes_halve_and_double():
    x = torch.randn(1, 4, 16, 24)
    assert stem(4, 6)(x).shape == (1, 6, 16, 24)
    assert down(4)(x).shape == (1, 8, 8, 12)
    for upsampling in ("transpose", "resize"):
        assert up(4, upsampling)(x).shape == (1, 2, 32, 48)


def test_resized_upsampling_shows_no_grid():
    """What is flat stays flat: a transposed convolution gives every second pixel another sum of weights."""
    torch.manual_seed(0)
    flat = torch.ones(1, 4, 6, 6)
    spread = {}
    for upsampling in ("transpose", "resize"):
        linear = nn.Sequential(*list(up(4, upsampling))[:-2])  # without norm and ReLU
        spread[upsampling] = linear(flat)[..., 2:-2, 2:-2].std(dim=(2, 3)).min().item()
    assert spread["resize"] < 1e-6 < spread["transpose"]


def test_a_residual_block_with_zero_weights_is_the_identity():
    block = ResidualBlock(4)
    for parameter in block.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.randn(1, 4, 8, 8)
    torch.testing.assert_close(block(x), x)
