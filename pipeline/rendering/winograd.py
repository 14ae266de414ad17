"""3x3 convolutions of trained residual blocks with 2.25 times fewer multiplications."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Winograd's F(2, 3): two neighbouring results of a filter of three weights, (w0, w1, w2), from four values, with four
# multiplications instead of six. These turn the filter; _turn_values and _turn_back do the rest.
FILTER = torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=torch.float64)


class WinogradConvolution(nn.Module):
    """What a trained, reflect-padded 3x3 convolution computes, by Winograd's F(2x2, 3x3).

    (B, C, H, W) -> float32, same shape. weight: (16, C, C), the filters turned once, in float64; it takes 16/9 of the
    memory. With weights in bfloat16 only the products are: what is added, and with it the residual blocks' sums, stays
    float32. In float32 the result is as exact as the convolution's. Larger tiles would save little more, but lose
    digits that bfloat16 has not got.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        filters = convolution.weight.detach().double()
        turned = torch.einsum("iy,jx,ocyx->jico", FILTER, FILTER, filters)
        self.weight = nn.Parameter(turned.flatten(0, 1).to(convolution.weight.dtype).contiguous(), requires_grad=False)
        self.bias = nn.Parameter(cast(Tensor, convolution.bias).detach().clone(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        padded = F.pad(F.pad(x, (1, 1, 1, 1), mode="reflect"), (0, width % 2, 0, height % 2))
        # channels last throughout: rows of C numbers are added and multiplied
        values = _turn_values(_turn_values(padded.permute(0, 2, 3, 1).float().contiguous(), 1), 3)
        products = torch.bmm(values.to(self.weight.dtype).flatten(2, 4).flatten(0, 1), self.weight).float()
        products = products.view(values.shape)  # (4, 4, B, H/2, W/2, C)
        tiles = _turn_back(_turn_back(products, 0), 1)  # (2, 2, B, H/2, W/2, C): row and column in the tile first
        picture = tiles.permute(2, 3, 0, 4, 1, 5).flatten(3, 4).flatten(1, 2)[:, :height, :width]
        return (picture + self.bias.float()).permute(0, 3, 1, 2)


def _turn_values(x: Tensor, axis: int) -> Tensor:
    """Overlapping fours of the 2n + 2 values along ``axis``, turned: the four in front, n along ``axis`` + 1."""
    count = x.shape[axis] - 3
    a, b, c, d = (x.narrow(axis, start, count)[(slice(None),) * axis + (slice(None, None, 2),)] for start in range(4))
    return torch.stack([a - c, b + c, c - b, b - d])


def _turn_back(products: Tensor, axis: int) -> Tensor:
    """The two results of the four products along ``axis``, in front."""
    a, b, c, d = products.unbind(axis)
    return torch.stack([a + b + c, b - c - d])
