"""A frame in layers: the person, partly copied from a reference, over the plate, on which the person's shadow falls."""

from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.networks.displacement import displaced


class Copied(NamedTuple):
    """What the person takes over from a reference.

    share: float (B, 1, H, W) in [0, 1], how much of the colour. flow: (B, 2, H, W) of (x, y), from where: px of the
    layers, relative to each pixel's own place.
    """

    share: Tensor
    flow: Tensor


class Layers(NamedTuple):
    """What is laid over the plate.

    painted: float (B, 3, H, W) in [-1, 1], the person without what is copied. mask: (B, 1, H, W) in [0, 1], the
    person's opacity (alpha matte). shadow: (B, 1, H, W) in [0, 1), by which share the plate is darkened. copied: what
    the person takes from a reference; None without references.
    """

    painted: Tensor
    mask: Tensor
    shadow: Tensor
    copied: Copied | None = None

    def person(self, reference: Tensor | None) -> Tensor:
        """The person's colours, float (B, 3, H, W) in [-1, 1].

        reference: as large, RGB first; None if nothing is copied.
        """
        return self.painted if self.copied is None else self.painted + self.details(cast(Tensor, reference))

    def details(self, reference: Tensor) -> Tensor:
        """What copying from ``reference`` changes in the person's colours, float (B, 3, H, W). Only if it copies."""
        share, flow = cast(Copied, self.copied)
        return share * (displaced(reference[:, :3], flow) - self.painted)

    def over(self, plate: Tensor, reference: Tensor | None = None) -> Tensor:
        """mask x person + (1 - mask) x (1 - shadow) x plate, where black is 0. -> float (B, 3, H, W) in [-1, 1]."""
        background = (plate + 1) * (1 - self.shadow) - 1
        return background + self.mask * (self.person(reference) - background)

    def cut(self, rows: slice, columns: slice) -> "Layers":
        """A part of the layers."""
        copied = None if self.copied is None else Copied(*(layer[..., rows, columns] for layer in self.copied))
        painted, mask, shadow = (layer[..., rows, columns] for layer in (self.painted, self.mask, self.shadow))
        return Layers(painted, mask, shadow, copied)

    def enlarged(self, height: int, width: int) -> "Layers":
        """The same layers for a larger picture: a reference of that size then gives it details that they have not."""

        def enlarge(layer: Tensor) -> Tensor:
            return F.interpolate(layer.float(), (height, width), mode="bilinear", align_corners=False)

        copied = self.copied
        if copied is not None:
            ratio = torch.tensor([width / copied.flow.shape[3], height / copied.flow.shape[2]])
            scaled = enlarge(copied.flow) * ratio.to(copied.flow.device)[:, None, None]
            copied = Copied(enlarge(copied.share), scaled)
        return Layers(enlarge(self.painted), enlarge(self.mask), enlarge(self.shadow), copied)


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
