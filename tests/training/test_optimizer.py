"""Learning rate: constant, then linear to zero; each parameter once."""

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


def test_first_step_is_adams_by_hand():
    weight = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer, _ = make_optimizer([weight], 0.1, (0.5, 0.999), 1, 0)
    weight.grad = torch.tensor([3.0])
    optimizer.step()
    # bias-corrected moments of one step are g and g squared, so the step is the rate itself
    torch.testing.assert_close(weight.detach(), torch.tensor([0.9]))
