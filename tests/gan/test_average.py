"""The moving average of weights against its recursion written out."""

import pytest
from torch import nn

from pipeline.gan.average import moving_average


@pytest.mark.parametrize("decay", [0.3, 0.9])
def test_follows_the_recursion_and_forgets_faster_at_first(decay):
    network = nn.Linear(1, 1, bias=False)
    average = moving_average(network, decay)
    expected = None
    for step, value in enumerate([1.0, 5.0, -2.0, 8.0]):
        nn.init.constant_(network.weight, value)
        average.update_parameters(network)
        kept = min(decay, (1 + step) / (10 + step))
        expected = value if expected is None else kept * expected + (1 - kept) * value
        assert average.module.weight.item() == pytest.approx(expected)


def test_is_a_network_of_its_own_that_nothing_trains():
    network = nn.Linear(2, 2)
    average = moving_average(network, 0.5)
    average.update_parameters(network)
    nn.init.zeros_(network.weight)
    assert average.module.weight.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in average.parameters())
