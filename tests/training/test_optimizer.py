"""Learning rate: constant, then linear to zero; each parameter once."""

import pytest
import torch

from pipeline.training.optimizer import make_optimizer


def test_schedule_is_constant_then_linear_to_zero():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer, schedule = make_optimizer([weight], 0.1, (0.5, 0.999), steps=3, decay_steps=4)
    rates = []
    for _ in range(7):
        rates.append(optimizer.param_groups[0]["lr"])
        weight.grad = torch.ones(1)
        optimizer.step()
        schedule.step()
    torch.testing.assert_close(torch.tensor(rates), 0.1 * torch.tensor([1, 1, 1, 1, 0.75, 0.5, 0.25]))
    assert optimizer.param_groups[0]["lr"] == 0


def test_without_decay_the_rate_stays_until_the_end():
    optimizer, schedule = make_optimizer([torch.nn.Parameter(torch.zeros(1))], 0.1, (0.5, 0.999), 2, 0)
    for _ in range(2):
        assert optimizer.param_groups[0]["lr"] == 0.1
        optimizer.step()
        schedule.step()


def test_steps_follow_our_moments_and_our_schedule_by_hand():
    """Two steps in float64: the second one's moments remember the first by our betas, and its rate has decayed."""
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer, schedule = make_optimizer([weight], 0.1, (0.5, 0.9), steps=1, decay_steps=2)
    place, first, second = 1.0, 0.0, 0.0
    for step, (gradient, rate) in enumerate(((3.0, 0.1), (-1.0, 0.1), (2.0, 0.05)), start=1):
        weight.grad = torch.tensor([gradient])
        optimizer.step()
        schedule.step()
        first, second = 0.5 * first + 0.5 * gradient, 0.9 * second + 0.1 * gradient**2
        place -= rate * (first / (1 - 0.5**step)) / ((second / (1 - 0.9**step)) ** 0.5 + 1e-8)
        assert weight.item() == pytest.approx(place, rel=1e-5)
