"""A frame of the target moved limb by limb into another pose."""

from typing import NamedTuple

import cv2
import numpy as np

from pipeline.clips.stable import StableClip
from pipeline.clips.warp import move_joints, picture_corners, transform, warp, window_matrix
from pipeline.pose.stature import person_height
from pipeline.reference.landmarks import landmark_flow
from pipeline.reference.limb_flow import FAR, limb_flow, reach, share_of

CELLS = 64  # of a person's height: on such a grid the limbs' flow is computed, and interpolated between them
FINE = 128  # of a person's height: the cells of that on which it is corrected at the joints
SAME, OTHER = 6.0, 18.0  # grey levels: a pixel that differs less from the plate shows it, and more, the person
DARKEST = 0.4  # of the plate's light: no shadow takes away more
RAMP = ((np.arange(256, dtype=np.float32) - SAME) / (OTHER - SAME)).clip(0, 1)
EDGE = 0.02  # heights: so near the border of its own frame a reference counts less


class Patch(NamedTuple):
    """A part of a picture. rows, columns: which. pixels: uint8 (rows, columns, 5), see :func:`moved`."""

    rows: slice
    columns: slice
    pixels: np.ndarray


def covered(joints: np.ndarray, width: int, height: int, limbs: slice = slice(None)) -> tuple[slice, slice]:
    """The rows and columns of a picture of ``width`` x ``height`` px that ``limbs`` of a pose, in its px, reach."""
    box = reach(joints, limbs)
    low = np.clip(np.floor(box[:2]), 0, (width, height)).astype(int).tolist()
    high = np.clip(np.ceil(box[2:]), low, (width, height)).astype(int).tolist()
    return slice(low[1], high[1]), slice(low[0], high[0])


def moved(
    clip: StableClip, t: int, there: np.ndarray, here: np.ndarray, width: int, height: int, limbs: slice = slice(None)
) -> Patch:
    """Frame t of ``clip`` in the pose ``here``, where that has its ``limbs``, of a picture of ``width`` x ``height``.

    Its channels are red, green, blue; whether they show the person and not the plate (half: it may be a shadow); and
    whether the same limb is seen there in frame t, 0 to 255. there: joints (137, 3) of frame t, px of the canvas. here:
    px of the picture. The patch is empty if ``here`` shows none of the limbs.
    """
    rows, columns = covered(here, width, height, limbs)
    width, height = columns.stop - columns.start, rows.stop - rows.start
    to_frame = np.linalg.inv(clip.camera.to_canvas[t])
    theirs = _seen(reach(there, limbs, FAR + 1), to_frame, clip.store.width, clip.store.height)
    tall, their_tall = float(person_height(here)), float(person_height(there))
    if not (width and height and tall and their_tall and (theirs[2:] - theirs[:2]).min() >= 1):
        return Patch(rows, columns, np.zeros((height, width, 5), np.uint8))
    their_size = np.maximum(np.rint((theirs[2:] - theirs[:2]) * min(1.0, tall / their_tall)), 1).astype(int)
    view = window_matrix(theirs, *their_size)  # of what is taken from frame t, at the size in which it is shown
    frame = warp(clip.store.read(t), to_frame @ view, *their_size)
    person = _differs(frame, clip.background(view, *their_size))

    here = here - np.array([columns.start, rows.start, 0], np.float32)
    there = move_joints(there, np.linalg.inv(view))
    down, across = cells(CELLS, tall, width, height)
    flow = limb_flow(grid(down, across, width, height), here, there)
    inside = _inside(transform(flow.places, to_frame @ view), clip.store.width, clip.store.height, EDGE * their_tall)
    inside *= _inside(flow.places, their_size[0], their_size[1], 1.0)
    places, valid = (
        cv2.resize(each.reshape(down, across, -1).astype(np.float32), (width, height))
        for each in (flow.places, flow.valid * inside)
    )
    down, across = cells(FINE, tall, width, height)
    scale = np.array([across / width, down / height, 1], np.float32)
    correction = landmark_flow(here * scale, there * scale, across, down) / scale[:2]
    places += cv2.resize(correction, (width, height)) - 0.5
    x, y = (np.ascontiguousarray(places[..., axis]) for axis in range(2))
    colours = cv2.remap(frame, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    person = cv2.remap(person, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shares = np.rint(255 * np.dstack([person, valid]).clip(0, 1)).astype(np.uint8)
    return Patch(rows, columns, np.dstack([colours, shares]))


def put_over(picture: np.ndarray, patch: Patch, here: np.ndarray, limbs: slice) -> None:
    """Replace what ``picture``, uint8 (H, W, 5), shows of ``limbs`` of the pose ``here`` by ``patch``, in place.

    Their borders are blended, and what is not valid in one of both gives way to the other.
    """
    rows, columns, pixels = patch
    height, width = pixels.shape[:2]
    if not height or not width:
        return
    down, across = cells(CELLS, float(person_height(here)), width, height)
    points = grid(down, across, width, height) + (columns.start, rows.start)
    share = cv2.resize(share_of(limbs, points, here).reshape(down, across), (width, height))
    below = picture[rows, columns].astype(np.float32)
    valid = share * pixels[..., 4] + (1 - share) * below[..., 4]
    weight = share * (pixels[..., 4] + 1.0)  # + 1: where neither is valid there are colours, too
    weight /= weight + (1 - share) * (below[..., 4] + 1.0)
    mixed = below[..., :4] + weight[..., None] * (pixels[..., :4] - below[..., :4])
    picture[rows, columns] = np.rint(np.dstack([mixed, valid])).astype(np.uint8)


def cells(many: int, tall: float, width: int, height: int) -> tuple[int, int]:
    """(rows, columns) of cells, ``many`` of which a person of ``tall`` px is high, in so large a picture; at most its
    px."""
    rows, columns = (max(1, min(length, round(many * length / max(tall, 1)))) for length in (height, width))
    return rows, columns


def grid(rows: int, columns: int, width: float, height: float) -> np.ndarray:
    """The middles of ``rows`` x ``columns`` cells of a picture of ``width`` x ``height`` px, row by row: (n, 2)."""
    cells = np.stack(np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5), axis=-1)
    return cells.reshape(-1, 2) * (width / columns, height / rows)


def _seen(box: np.ndarray, to_frame: np.ndarray, width: int, height: int) -> np.ndarray:
    """The part of ``box``, px of the canvas, that a frame of ``width`` x ``height`` px shows: (x0, y0, x1, y1)."""
    corners = transform(picture_corners(width, height), np.linalg.inv(to_frame))
    return np.concatenate([np.maximum(box[:2], corners.min(axis=0)), np.minimum(box[2:], corners.max(axis=0))])


def _inside(places: np.ndarray, width: int, height: int, edge: float) -> np.ndarray:
    """Whether ``places`` (n, 2) lie in a picture of ``width`` x ``height`` px, (n,).

    0 at its border, 1 from ``edge`` px on.
    """
    return (np.minimum(places, (width, height) - places).min(axis=1) / edge).clip(0, 1)


def _differs(frame: np.ndarray, plate: np.ndarray) -> np.ndarray:
    """Where a frame does not show the plate, float32 (h, w): 0 the plate, 1 the person, 0.5 what may be either, as it
    looks like the plate in a shadow. Both are uint8 (h, w, 3).
    """
    light = (frame.sum(axis=2, dtype=np.float32) / np.maximum(plate.sum(axis=2, dtype=np.float32), 1)).clip(DARKEST, 1)
    dimmed = cv2.convertScaleAbs(plate * light[..., None])
    differs = (_apart(frame, plate) + _apart(frame, dimmed)) / 2
    return cv2.blur(cv2.erode(differs, np.ones((3, 3))), (3, 3))  # the outermost px are half background


def _apart(frame: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How surely two pictures show different things, float32 (h, w) in [0, 1]."""
    red, green, blue = cv2.split(cv2.absdiff(frame, other))
    return RAMP[cv2.max(red, cv2.max(green, blue))]
