"""A moving average of a generator's weights, which renders more steadily than the last weights themselves."""

from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def moving_average(network: nn.Module, decay: float) -> AveragedModel:
    """An average over steps of ``network``, in ``module``, to be updated with ``update_parameters`` after each.

    A step's weights count ``decay`` times as much a step later. At first they are forgotten faster, as (1 + n) / (10 + n)
    after n steps, so that a short training does not end with an average over its beginning.
    """

    def mix(average: Tensor, current: Tensor, steps: Tensor) -> Tensor:
        return average.lerp(current, 1 - min(decay, (1 + int(steps)) / (10 + int(steps))))

    return AveragedModel(network, avg_fn=mix).requires_grad_(False)
