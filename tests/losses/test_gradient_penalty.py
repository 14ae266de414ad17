"""The gradient penalty against finite differences, and the gradient that it gives to the weights."""

import pytest
import torch
from torch import nn

from pipeline.losses.gradient_penalty import gradient_penalty
from pipeline.networks.discriminator import MultiscaleDiscriminator


class Linear(nn.Module):
    """A discriminator of one scale and one layer whose logits are a weighted sum of channels at every pixel."""

    def __init__(self, weights):
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, x):
        return [[(x * self.weights[:, None, None]).sum(dim=1, keepdim=True)]]


def test_of_a_linear_discriminator_is_half_the_weights_square():
    network = Linear([5.0, 1.0, 2.0, 3.0])
    value = gradient_penalty(network, torch.randn(2, 4, 6, 8), conditions=1)
    assert value.item() == pytest.approx((1 + 4 + 9) / 2)
    value.backward()
    torch.testing.assert_close(network.weights.grad, torch.tensor([0.0, 1.0, 2.0, 3.0]))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_matches_finite_differences_of_the_logits(layout):
    torch.manual_seed(0)
    network = MultiscaleDiscriminator(3, 4, 2, 2)
    picture = torch.rand(1, 3, 16, 16).to(memory_format=layout)
    value = gradient_penalty(network.to(memory_format=layout), picture, conditions=1)
    exact, picture = network.double(), picture.double()

    def logits(x):
        return sum(maps[-1].sum() for maps in exact(x)).item()

    total, step = 0.0, 1e-5
    for index in torch.cartesian_prod(torch.arange(1, 3), torch.arange(16), torch.arange(16)).tolist():
        moved = torch.zeros_like(picture)
        moved[0][tuple(index)] = step
        total += ((logits(picture + moved) - logits(picture - moved)) / (2 * step)) ** 2
    assert value.item() == pytest.approx(total / 256 / 2, rel=1e-3)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_gradient_for_the_weights_matches_float64(layout):
    torch.manual_seed(0)
    network = MultiscaleDiscriminator(3, 4, 2, 2)
    picture = torch.rand(1, 3, 16, 16)
    exact = MultiscaleDiscriminator(3, 4, 2, 2).double()
    exact.load_state_dict(network.state_dict())
    network.to(memory_format=layout)
    gradient_penalty(network, picture.to(memory_format=layout), conditions=1).backward()
    scales = exact(joined := picture.double().requires_grad_())
    (gradient,) = torch.autograd.grad(sum(maps[-1].sum() for maps in scales), joined, create_graph=True)
    (gradient[:, 1:].square().sum(dim=1).mean() / 2).backward()
    found, expected = ([p.grad.double().flatten() for p in each.parameters() if p.grad is not None]
                       for each in (network, exact))
    torch.testing.assert_close(torch.cat(found), torch.cat(expected), rtol=1e-3, atol=1e-5)
