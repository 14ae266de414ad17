"""A frame in layers: the person, partly copied from a reference, over the plate, on which the person's shadow falls."""

from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from pipeline.networks.displacement import displaced

OUTLINE = 2  # px of the layers: so near its edge the mask may be wrong, and a larger reference's outline is better


class Copied(NamedTuple):
    """What the person takes over from a reference.

    share: float (B, 1, H, W) in [0, 1], how much of the colour where the reference is valid and may show the person.
    flow: (B, 2, H, W) of (x, y), from where: px of the layers, relative to each pixel's own place.
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

        reference: (B, 5, H, W) in [-1, 1], see :func:`pipeline.reference.moving.moved`; None if nothing is copied.
        """
        if self.copied is None:
            return self.painted
        reference = cast(Tensor, reference)
        colours, shows_person, valid = displaced(reference, self.copied.flow).split((3, 1, 1), dim=1)
        share = self.copied.share * (shows_person + 1).clamp(max=1) * (valid + 1) / 2  # of what may be the person, all
        return self.painted + share * (colours - self.painted)

    def over(self, plate: Tensor, reference: Tensor | None = None) -> Tensor:
        """mask x person + (1 - mask) x (1 - shadow) x plate, where black is 0. -> float (B, 3, H, W) in [-1, 1]."""
        background = (plate + 1) * (1 - self.shadow) - 1
        return background + self.mask * (self.person(reference) - background)

    def cut(self, rows: slice, columns: slice) -> "Layers":
        """A part of the layers."""
        copied = None if self.copied is None else Copied(*(layer[..., rows, columns] for layer in self.copied))
        painted, mask, shadow = (layer[..., rows, columns] for layer in (self.painted, self.mask, self.shadow))
        return Layers(painted, mask, shadow, copied)

    def seen_close(self, reference: Tensor) -> "Layers":
        """The layers at the size of a larger ``reference``, (B, 5, H, W), which gives the person details and a sharp
        outline. Only if something is copied; in the result, it has been."""
        height, width = reference.shape[2:]

        def enlarge(layer: Tensor) -> Tensor:
            return F.interpolate(layer.float(), (height, width), mode="bilinear", align_corners=False)

        share, flow = cast(Copied, self.copied)
        ratio = torch.tensor([width / flow.shape[3], height / flow.shape[2]], device=flow.device)
        flow = enlarge(flow) * ratio[:, None, None]
        person = Layers(enlarge(self.painted), self.mask, self.shadow, Copied(enlarge(share), flow)).person(reference)
        shows_person, valid = ((displaced(reference[:, 3:], flow) + 1) / 2).split(1, dim=1)
        surely, perhaps = enlarge(-_widened(-self.mask, OUTLINE)), enlarge(_widened(self.mask, OUTLINE))
        mask, outlined = enlarge(self.mask), torch.maximum(surely, shows_person * perhaps)
        told = valid * (2 * shows_person - 1).abs()  # a reference that may show a shadow there does not tell
        return Layers(person, mask + told * (outlined - mask), enlarge(self.shadow))


def _widened(mask: Tensor, by: int) -> Tensor:
    """The largest of ``mask``, (B, 1, H, W), within ``by`` px of each pixel."""
    return F.max_pool2d(mask, 2 * by + 1, stride=1, padding=by)


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
