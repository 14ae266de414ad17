"""Mean absolute difference of feature maps."""

import torch
from torch import Tensor


def l1(a: Tensor, b: Tensor) -> Tensor:
    """Mean of |a - b| over two tensors of one shape, summed in float32; no gradient flows into ``b``.

    The difference keeps the maps' own type: in bfloat16 its sign, which is all that the gradient needs, is exact, and
    no float32 copies of large maps are made.
    """
    with torch.autocast(a.device.type, enabled=False):
        return (a - b.detach()).abs().mean(dtype=torch.float32)
