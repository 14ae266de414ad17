"""A frame in layers: the person over the plate, on which the person's shadow falls."""

from typing import NamedTuple

import torch
from torch import Tensor


class Layers(NamedTuple):
    """What is laid over the plate.

    person: float (B, 3, H, W) in [-1, 1]. mask: (B, 1, H, W) in [0, 1], the person's opacity (alpha matte). shadow:
    (B, 1, H, W) in [0, 1), by which share the plate is darkened.
    """

    person: Tensor
    mask: Tensor
    shadow: Tensor

    def over(self, plate: Tensor) -> Tensor:
        """mask x person + (1 - mask) x (1 - shadow) x plate, where black is 0. -> float (B, 3, H, W) in [-1, 1]."""
        background = (plate + 1) * (1 - self.shadow) - 1
        return background + self.mask * (self.person - background)


def fade(height: int, width: int, share: float, device: torch.device) -> Tensor:
    """float32 (height, width): 1 inside, falling to almost 0 at the borders along a raised cosine.

    share: of the shorter side, how wide the border is in which it falls.
    """
    rows, columns = (_ramp(length, share * min(height, width), device) for length in (height, width))
    return rows[:, None] * columns


def _ramp(length: int, border: float, device: torch.device) -> Tensor:
    places = torch.arange(length, device=device)
    from_border = torch.minimum(places, length - 1 - places) + 0.5
    return (1 - torch.cos(torch.pi * (from_border / border).clamp(max=1))) / 2
