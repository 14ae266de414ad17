"""Laying what a generator made over the plate, at the size that is delivered."""

from typing import NamedTuple

import cv2
import numpy as np
from torch import Tensor

from pipeline.clips.warp import picture_corners, shift, transform, warp
from pipeline.networks.compositing import Layers

INVISIBLE = 1 / 512  # an opacity that changes less than half a grey level
MARGIN = 4  # px around what is visible: so far does interpolation reach


class Overlay(NamedTuple):
    """light: float32 (h, w, 3), what the overlay itself shows, 0 black to 1 white. passed: float32 (h, w), which share
    of the light behind it passes through. place: (3, 3), from its px to px of the generator's picture."""

    light: np.ndarray
    passed: np.ndarray
    place: np.ndarray


def overlay_of(layers: Layers, place: np.ndarray) -> Overlay:
    """Layers of one frame, (1, C, h, w), to be laid over any plate; what they copy is left out."""
    light = layers.mask[0] * (layers.painted[0] + 1) / 2
    passed = (1 - layers.mask[0, 0]) * (1 - layers.shadow[0, 0])
    return Overlay(light.permute(1, 2, 0).float().cpu().numpy(), passed.float().cpu().numpy(), place)


def opaque(frame: Tensor) -> Overlay:
    """A whole frame, float (3, h, w) in [-1, 1], through which nothing passes."""
    light = (frame.permute(1, 2, 0).float().clamp(-1, 1) + 1) / 2
    return Overlay(light.cpu().numpy(), np.zeros(frame.shape[1:], np.float32), np.eye(3))


def trimmed(overlay: Overlay) -> Overlay:
    """The part in which an overlay shows anything, and px around it; beyond, it changes less than half a grey level."""
    visible = cv2.dilate((overlay.passed < 1 - INVISIBLE).astype(np.uint8), np.ones((3, 3)), iterations=MARGIN)
    x, y, width, height = cv2.boundingRect(visible)
    shown = np.s_[y : y + height, x : x + width]
    return Overlay(overlay.light[shown], overlay.passed[shown], overlay.place @ shift(x, y))


def lay_over(picture: np.ndarray, background: np.ndarray, overlay: Overlay, to_picture: np.ndarray) -> None:
    """Let ``picture``, uint8 RGB (H, W, 3), show the overlay over ``background``, as large, at its place.

    to_picture: (3, 3), from px of the generator's picture to px of this one.
    """
    to_picture = to_picture @ overlay.place
    part = _covered(picture, overlay.passed.shape, to_picture)
    laid = _seen_in(part, np.dstack([overlay.light, overlay.passed]), to_picture)
    shown = 255 * laid[..., :3] + laid[..., 3:] * background[part]
    within = _outline(part, overlay.passed.shape, to_picture)
    picture[part] = np.where(within, np.rint(shown.clip(0, 255)).astype(np.uint8), picture[part])


def add_residual(picture: np.ndarray, residual: np.ndarray, to_picture: np.ndarray) -> None:
    """Add ``residual``, float32 (h, w, 3) in grey levels, to ``picture``, uint8 RGB (H, W, 3), in place.

    It is 0 at its borders. to_picture: (3, 3), from px of the residual to px of the picture.
    """
    part = _covered(picture, residual.shape[:2], to_picture)
    changed = picture[part] + _seen_in(part, residual, to_picture)
    picture[part] = np.rint(changed.clip(0, 255)).astype(np.uint8)


def _covered(picture: np.ndarray, size: tuple[int, int], to_picture: np.ndarray) -> tuple[slice, slice]:
    """Rows and columns of ``picture`` within the outline of something of ``size`` (h, w)."""
    corners = transform(picture_corners(size[1], size[0]), to_picture) if min(size) else np.zeros((1, 2))
    low = np.clip(np.ceil(corners.min(axis=0) - 0.5).astype(int), 0, picture.shape[1::-1])
    high = np.clip(np.floor(corners.max(axis=0) + 0.5).astype(int), low, picture.shape[1::-1])
    return slice(low[1], high[1]), slice(low[0], high[0])


def _outline(part: tuple[slice, slice], size: tuple[int, int], to_picture: np.ndarray) -> np.ndarray:
    """Which px of a ``part`` of the picture lie within the outline of something of ``size`` (h, w), bool (h, w, 1).

    A camera that is held askew turns it; beyond it, its outermost px would go on.
    """
    rows, columns = part
    corners = transform(picture_corners(size[1], size[0]), to_picture) - (columns.start, rows.start)
    within = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.uint8)
    if within.size:
        cv2.fillConvexPoly(within, np.rint(corners - 0.5).astype(np.int32), 1)
    return within[..., None] > 0


def _seen_in(part: tuple[slice, slice], content: np.ndarray, to_picture: np.ndarray) -> np.ndarray:
    """``content``, (h, w, C) float32, as it looks in a ``part`` of the picture to which ``to_picture`` takes it."""
    rows, columns = part
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if not height or not width:
        return np.zeros((height, width, content.shape[2]), np.float32)
    return warp(content, np.linalg.inv(to_picture) @ shift(columns.start, rows.start), width, height)
