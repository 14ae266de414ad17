"""Laying what a generator made over the plate, at the size that is delivered."""

from typing import NamedTuple

import cv2
import numpy as np
from torch import Tensor

from pipeline.clips.warp import picture_corners, transform, warp
from pipeline.networks.compositing import Layers

INVISIBLE = 1 / 512  # an opacity that changes less than half a grey level


class Overlay(NamedTuple):
    """light: float32 (h, w, 3), what the overlay itself shows, 0 black to 1 white. passed: float32 (h, w), which share
    of the light behind it passes through."""

    light: np.ndarray
    passed: np.ndarray


def overlay_of(layers: Layers) -> Overlay:
    """Layers of one frame, (1, C, h, w), to be laid over any plate, without what is copied."""
    light = layers.mask[0] * (layers.painted[0] + 1) / 2
    passed = (1 - layers.mask[0, 0]) * (1 - layers.shadow[0, 0])
    return Overlay(light.permute(1, 2, 0).float().cpu().numpy(), passed.float().cpu().numpy())


def copied_details(layers: Layers, reference: Tensor) -> np.ndarray:
    """What copying changes in a frame over any plate, float32 (H, W, 3) in grey levels.

    reference: float (1, 4, H, W) in [-1, 1]. layers: of one frame, of this size or less.
    """
    enlarged = layers.enlarged(*reference.shape[2:])
    details = 255 / 2 * enlarged.mask * enlarged.details(reference)
    return details[0].permute(1, 2, 0).float().cpu().numpy()


def opaque(frame: Tensor) -> Overlay:
    """A whole frame, float (3, h, w) in [-1, 1], through which nothing passes."""
    light = (frame.permute(1, 2, 0).float().clamp(-1, 1) + 1) / 2
    return Overlay(light.cpu().numpy(), np.zeros(frame.shape[1:], np.float32))


def lay_over(background: np.ndarray, overlay: Overlay, to_background: np.ndarray) -> np.ndarray:
    """``background``, uint8 RGB (H, W, 3), with the overlay at its place, uint8 RGB (H, W, 3).

    to_background: (3, 3), from px of the overlay to px of the background.
    """
    rows, columns = _shown(overlay.passed)
    overlay = Overlay(*(layer[rows, columns] for layer in overlay))
    to_background = to_background @ np.array([[1.0, 0.0, columns.start], [0.0, 1.0, rows.start], [0.0, 0.0, 1.0]])
    part = _covered(background, overlay.passed.shape, to_background)
    laid = _seen_in(part, np.dstack(overlay), to_background)
    result = background.copy()
    shown = 255 * laid[..., :3] + laid[..., 3:] * background[part]
    result[part] = np.rint(shown.clip(0, 255)).astype(np.uint8)
    return result


def add_residual(picture: np.ndarray, residual: np.ndarray, to_picture: np.ndarray) -> None:
    """Add ``residual``, float32 (h, w, 3) in grey levels, to ``picture``, uint8 RGB (H, W, 3), in place.

    It is 0 at its borders. to_picture: (3, 3), from px of the residual to px of the picture.
    """
    part = _covered(picture, residual.shape[:2], to_picture)
    changed = picture[part] + _seen_in(part, residual, to_picture)
    picture[part] = np.rint(changed.clip(0, 255)).astype(np.uint8)


def _shown(passed: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns in which an overlay shows anything; all around them it changes less than half a grey level."""
    x, y, width, height = cv2.boundingRect((passed < 1 - INVISIBLE).astype(np.uint8))
    return slice(y, y + height), slice(x, x + width)


def _covered(picture: np.ndarray, size: tuple[int, int], to_picture: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of ``picture`` within the outline of something of ``size`` (h, w)."""
    corners = transform(picture_corners(size[1], size[0]), to_picture)
    low = np.clip(np.ceil(corners.min(axis=0) - 0.5).astype(int), 0, picture.shape[1::-1])
    high = np.clip(np.floor(corners.max(axis=0) + 0.5).astype(int), low, picture.shape[1::-1])
    return slice(low[1], high[1]), slice(low[0], high[0])


def _seen_in(part: tuple[slice, slice], content: np.ndarray, to_picture: np.ndarray) -> np.ndarray:
    """``content``, (h, w, C) float32, as it looks in a ``part`` of the picture to which ``to_picture`` takes it."""
    rows, columns = part
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if not height or not width:
        return np.zeros((height, width, content.shape[2]), np.float32)
    from_part = np.array([[1.0, 0.0, columns.start], [0.0, 1.0, rows.start], [0.0, 0.0, 1.0]])
    return warp(content, np.linalg.inv(to_picture) @ from_part, width, height)
