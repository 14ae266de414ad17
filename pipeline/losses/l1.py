"""Mean absolute difference of feature maps."""

import torch
from torch import Tensor


def l1(a: Tensor, b: Tensor) -> Tensor:
    """Mean of |a - b| over two tensors of one shape, a float32 scalar; no gradient flows into ``b``.

    The difference is taken in the maps' own type and only the mean in float32: in bfloat16 the sign of a - b, all that
    the gradient needs, is exact, and no float32 copies of large maps are made.
    """
    with torch.autocast(a.device.type, enabled=False):
        return (a - b.detach()).abs().mean(dtype=torch.float32)
