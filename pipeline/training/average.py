"""A moving average of a generator's weights, which renders more steadily than the last weights themselves."""

from copy import deepcopy

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class MovingAverage(nn.Module):
    """An average over steps of a network's weights, in ``module``, a network of its own that nothing trains.

    A step's weights count ``decay`` times as much a step later. At first they are forgotten faster, as n / (n + 9)
    after n steps, so that a short training does not end with an average over its beginning.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        super().__init__()
        self.module, self.decay = deepcopy(network).requires_grad_(False), decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights of ``network`` after step 1, 2, ... ``step``."""
        mix = get_ema_multi_avg_fn(min(self.decay, step / (step + 9)))
        mix(list(self.module.parameters()), list(network.parameters()), None)
