"""A generator's last convolution, from many channels to few."""

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

FEW = 16  # channels that a CPU computes at a time; fewer than these are few


class FewChannelConvolution(nn.Module):
    """The same function as a trained, reflect-padded convolution with a square filter and few output channels.

    (B, C, H, W) -> float32 (B, few, H, W). A CPU computes 16 channels at a time and would discard 13 of them if there
    are 3. So every column of a 7x7 filter becomes a filter of its own, 7 x 3 output channels instead of 3, whose
    results are shifted to their places and added in float32.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.size, self.out_channels = convolution.kernel_size[0], convolution.out_channels
        columns = convolution.weight.detach().permute(3, 0, 1, 2).flatten(0, 1)[..., None]
        self.weight = nn.Parameter(columns.contiguous(), requires_grad=False)  # (size x few, C, size, 1)
        self.bias = nn.Parameter(cast(Tensor, convolution.bias).detach().clone(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        width = x.shape[3]
        padded = F.pad(x, (self.size // 2,) * 4, mode="reflect")
        columns = F.conv2d(padded, self.weight).contiguous().float().unflatten(1, (self.size, self.out_channels))
        moved = [columns[:, column, :, :, column : column + width] for column in range(self.size)]
        return sum(moved, self.bias.float()[:, None, None])
