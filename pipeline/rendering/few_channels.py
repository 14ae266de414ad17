"""A generator's last convolution, which makes few channels of many."""

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

FEW = 16  # a CPU computes that many channels at a time


class FewChannelConvolution(nn.Module):
    """What a trained, reflect-padded, square convolution to few channels computes.

    (B, C, H, W) -> float32 (B, few, H, W). Of 16 channels computed at a time 13 would be thrown away. Here every
    column of the filter is a filter of its own, 7 x 3 channels instead of 3, whose results are moved to their places
    and added in float32.
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
