"""Adam and its learning-rate schedule: constant, then decaying linearly to 0."""

from collections.abc import Iterable

from torch import nn
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR


def make_optimizer(
    parameters: Iterable[nn.Parameter], learning_rate: float, betas: tuple[float, float], steps: int, decay_steps: int
) -> tuple[Adam, LambdaLR]:
    """(Adam, schedule): ``steps`` steps at ``learning_rate``, then ``decay_steps`` steps in which it falls to 0."""
    optimizer = Adam(parameters, lr=learning_rate, betas=betas, fused=True)
    length = max(decay_steps, 1)  # at least 1, as the schedule computes a rate after the last step even without a decay
    schedule = LambdaLR(optimizer, lambda step: 1.0 if step < steps else max(0.0, 1 - (step - steps) / length))
    return optimizer, schedule
