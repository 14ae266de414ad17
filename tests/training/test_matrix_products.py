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
    assert relative_error(layer.weight.grad.unflatten(1, (-1, 3, 3)), plain.weight.grad) < tolerance
    assert relative_error(convolution.bias.grad, plain.bias.grad) < tolerance


def test_a_network_keeps_its_function_and_its_state_dict():
    generator = GlobalGenerator(3, 3, 4, 2, 2)
    before = {name: tensor.clone() for name, tensor in generator.state_dict().items()}
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        expected = generator(x)
        use_matrix_products(generator)
        torch.testing.assert_close(generator(x), expected)
    after = generator.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert sum(isinstance(layer, MatrixProductConvolution) for layer in generator.modules()) == 4


def test_state_dicts_go_to_and_from_plain_networks_and_copies():
    plain, fast = (GlobalGenerator(3, 3, 4, 2, 2) for _ in range(2))
    use_matrix_products(fast)
    fast.load_state_dict(plain.state_dict())
    twin = copy.deepcopy(fast)
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        for each in (fast, twin):
            torch.testing.assert_close(each(x), plain(x))
    plain.load_state_dict({name: tensor + 1 for name, tensor in fast.state_dict().items()})
    for name, tensor in plain.state_dict().items():
        assert torch.equal(tensor, twin.state_dict()[name] + 1)
