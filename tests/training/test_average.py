"""The moving average of weights against its recursion written out."""

import pytest
from torch import nn

from pipeline.training.average import MovingAverage


@pytest.mark.parametrize("decay", [0.3, 0.9])
def test_follows_the_recursion_and_forgets_faster_at_first(decay):
    network = nn.Linear(1, 1, bias=False)
    expected = network.weight.item()
    average = MovingAverage(network, decay)
    for step, value in enumerate([1.0, 5.0, -2.0, 8.0], 1):
        nn.init.constant_(network.weight, value)
        average.update(network, step)
        kept = min(decay, step / (step + 9))
        expected = kept * expected + (1 - kept) * value
        assert average.module.weight.item() == pytest.approx(expected)


def test_is_a_network_of_its_own_that_nothing_trains():
    network = nn.Linear(2, 2)
    average = MovingAverage(network, 0.5)
    average.update(network, 1)
    nn.init.zeros_(network.weight)
    assert average.module.weight.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in average.parameters())


def test_lies_where_its_network_does():
    """A counter on the CPU beside weights on a GPU would make every step wait, and mixing the two an error."""
    average = MovingAverage(nn.Linear(2, 2).to("meta"), 0.5)
    assert {tensor.device.type for tensor in average.state_dict().values()} == {"meta"}
