"""3x3 convolutions of trained residual blocks with 2.25 times fewer multiplications."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Winograd's F(2, 3): two neighbouring outputs of a filter of three weights, (w0, w1, w2), from four inputs, with four
# multiplications instead of six. This is the filter transform; _transform_input and _transform_output do the rest.
FILTER = torch.tensor([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], dtype=torch.float64)


class WinogradConvolution(nn.Module):
    """What a trained, reflect-padded 3x3 convolution computes, by Winograd's F(2x2, 3x3).

    (B, C, H, W) -> float32, same shape. weight: (16, C, C), the transformed filters, computed once in float64; they
    take 16/9 of the memory. With weights in bfloat16 only the matrix product is in bfloat16: the transforms before and
    after it, and with them the residual blocks' sums, stay float32. In float32 the result is as exact as the
    convolution's. Larger tiles would save little more, and lose digits that bfloat16 does not have.
    """

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        filters = convolution.weight.detach().double()
        transformed = torch.einsum("iy,jx,ocyx->jico", FILTER, FILTER, filters).flatten(0, 1)
        self.weight = nn.Parameter(transformed.to(convolution.weight.dtype).contiguous(), requires_grad=False)
        self.bias = nn.Parameter(cast(Tensor, convolution.bias).detach().clone(), requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        padded = F.pad(F.pad(x, (1, 1, 1, 1), mode="reflect"), (0, width % 2, 0, height % 2))
        # channels last throughout, so that additions and products go over C contiguous numbers
        values = _transform_input(_transform_input(padded.permute(0, 2, 3, 1).float().contiguous(), 1), 3)
        products = torch.bmm(values.to(self.weight.dtype).flatten(2, 4).flatten(0, 1), self.weight).float()
        products = products.view(values.shape)  # (4, 4, B, H/2, W/2, C)
        # (2, 2, B, H/2, W/2, C): row and column in the tile first
        tiles = _transform_output(_transform_output(products, 0), 1)
        picture = tiles.permute(2, 3, 0, 4, 1, 5).flatten(3, 4).flatten(1, 2)[:, :height, :width]
        return (picture + self.bias.float()).permute(0, 3, 1, 2)


def _transform_input(x: Tensor, axis: int) -> Tensor:
    """Transform the n overlapping fours among the 2n + 2 values along ``axis``. -> (4, ...), n along ``axis`` + 1."""
    count = x.shape[axis] - 3
    a, b, c, d = (x.narrow(axis, start, count)[(slice(None),) * axis + (slice(None, None, 2),)] for start in range(4))
    return torch.stack([a - c, b + c, c - b, b - d])


def _transform_output(products: Tensor, axis: int) -> Tensor:
    """The two outputs from the four products along ``axis``. -> (2, ...), without that axis."""
    a, b, c, d = products.unbind(axis)
    return torch.stack([a + b + c, b - c - d])
