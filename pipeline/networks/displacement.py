"""Sampling a picture along a flow."""

import torch
import torch.nn.functional as F
from torch import Tensor


def displaced(picture: Tensor, flow: Tensor) -> Tensor:
    """``picture``, float (B, C, H, W), at every pixel's place plus ``flow``, (B, 2, H, W) of (x, y) in px.

    -> the same shape. Interpolated bilinearly; beyond the borders the outermost pixels go on. Gradients flow into both.
    """
    height, width = picture.shape[2:]
    rows, columns = (torch.arange(length, device=picture.device) + 0.5 for length in (height, width))
    x = 2 * (columns + flow[:, 0].float()) / width - 1
    y = 2 * (rows[:, None] + flow[:, 1].float()) / height - 1
    grid = torch.stack([x, y], dim=-1)
    return F.grid_sample(picture.float(), grid, padding_mode="border", align_corners=False)
