"""Residual blocks by matrix products: the same function and gradients, of the same parameters."""

import copy

import pytest
import torch
from torch import nn

from pipeline.networks.global_generator import GlobalGenerator
from pipeline.training.matrix_products import MatrixProductConvolution, use_matrix_products


def relative_error(found, exact):
    return float((found.detach().double() - exact.detach()).norm() / exact.detach().norm())


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-5), ("bf16", 2e-2)])
def test_a_product_of_matrices_is_the_convolution(batch, layout, precision, tolerance):
    torch.manual_seed(0)
    convolution = nn.Conv2d(12, 12, 3, padding=1, padding_mode="reflect").to(memory_format=layout)
    plain = copy.deepcopy(convolution).double()
    layer = MatrixProductConvolution(convolution)
    x = torch.randn(batch, 12, 7, 9).to(memory_format=layout).requires_grad_()
    exact = x.detach().double().contiguous().requires_grad_()
    incoming = torch.randn(batch, 12, 7, 9)
    expected = plain(exact)
    expected.backward(incoming.double())
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
        result = layer(x)
    result.backward(incoming.to(result.dtype).to(memory_format=layout))
    assert relative_error(result, expected) < tolerance
    assert relative_error(x.grad, exact.grad) < tolerance
    assert relative_error(convolution.weight.grad, plain.weight.grad) < tolerance
    assert relative_error(convolution.bias.grad, plain.bias.grad) < tolerance


def test_a_network_keeps_its_parameters_and_their_names():
    generator = GlobalGenerator(3, 3, 4, 2, 2)
    before = {name: tensor.data_ptr() for name, tensor in generator.state_dict().items()}
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        expected = generator(x)
        use_matrix_products(generator)
        torch.testing.assert_close(generator(x), expected)
    assert {name: tensor.data_ptr() for name, tensor in generator.state_dict().items()} == before
    assert sum(isinstance(layer, MatrixProductConvolution) for layer in generator.modules()) == 4
