"""Exponential moving average of a generator's weights, which renders more steadily than its last weights."""

from copy import deepcopy

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class MovingAverage(nn.Module):
    """The exponential moving average (EMA) of a network's weights over steps, in ``module``, a copy of the network.

    Each step, average = d * average + (1 - d) * weights, where d is ``decay``, but at most n / (n + 9) in step n: so a
    short training does not end with an average over its first steps.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.module, self.decay = deepcopy(network).requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights of ``network`` after ``step`` (1, 2, ...)."""
        mix = get_ema_multi_avg_fn(min(self.decay, step / (step + 9)))
        mix(list(self.module.parameters()), list(network.parameters()), None)
