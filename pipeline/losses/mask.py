"""The mask's loss: opaque where the person surely is, clear where she surely is not."""

import torch.nn.functional as F
from torch import Tensor


def mask_loss(masks: Tensor, known: Tensor, grid: int) -> Tensor:
    """The mean absolute error of masks where something is known of them, a scalar.

    A frame alone leaves much open: a shirt of the wall's colour may as well be transparent, and a dark spot on the
    floor a person's. masks: float (B, 1, H, W) in [0, 1]. known: uint8 (B, H / grid, W / grid): 0 clear, 1 unknown,
    2 opaque.
    """
    opacity = F.avg_pool2d(masks.float(), grid)[:, 0]
    return ((opacity - known.float() / 2).abs() * (known != 1)).mean()
