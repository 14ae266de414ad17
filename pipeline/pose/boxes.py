"""Bounding boxes of face and body in each frame: (x0, y0, x1, y1) in whole pixels, ends exclusive."""

import cv2
import numpy as np

from pipeline.clips.layout import BODY, FACE, found_joints

STEADY_FRAMES = 2.0  # standard deviation, in frames, of the Gaussian that smooths the face's centre over time
REACH = round(4 * STEADY_FRAMES)  # frames that it looks forward and back
MAX_LAG = 1 / 8  # of the box's size: how far smoothing may move a box off the face of its own frame, in x and in y


def face_boxes(joints: np.ndarray, size: int, width: int, height: int) -> np.ndarray:
    """A square of ``size`` px around the face in every frame, inside the picture and steady over time.

    Each box is centred on the median of the face joints found in its frame; against jitter the centre is smoothed over
    neighbouring frames, which moves it by an eighth of ``size`` at most. At the picture's edge the box is moved inside.

    joints: (frames, 137, 3) in pixels of a ``width`` x ``height`` picture. Returns int32 (frames, 4); -1
    everywhere in frames in which no face joint was found, or no body: such frames are not generated. Raises ValueError
    if the picture is smaller.
    """
    if size > min(width, height):
        raise ValueError(f"a face box of {size} px does not fit a picture of {width}x{height} px")
    boxes = np.full((len(joints), 4), -1, np.int32)
    found = found_joints(joints)[:, FACE]
    seen = found.any(axis=1) & found_joints(joints)[:, BODY].any(axis=1)
    if not seen.any():
        return boxes
    points = np.where(found[seen][..., None], joints[seen, FACE, :2].astype(np.float64), np.nan)
    centres = np.zeros((len(joints), 2))
    centres[seen] = np.nanmedian(points, axis=1)

    # a Gaussian over the frames with a face only, normalized by the sum of their weights
    steady = _blur_over_time(centres)[seen] / _blur_over_time(np.expand_dims(seen, 1).astype(np.float64))[seen]
    centres = centres[seen] + np.clip(steady - centres[seen], -MAX_LAG * size, MAX_LAG * size)

    corners = np.clip(np.rint(centres - size / 2), 0, (width - size, height - size))
    boxes[seen] = np.concatenate([corners, corners + size], axis=1)
    return boxes


def body_boxes(joints: np.ndarray, width: int, height: int, margin: float) -> np.ndarray:
    """The tight box around all joints found in each frame, enlarged on every side and clipped to the picture.

    joints: (frames, 137, 3) in pixels of a ``width`` x ``height`` picture. margin: on each side, as a share of the
    tight box's longer side. Returns int32 (frames, 4); -1 everywhere in frames in which no body joint was found or the
    box lies outside the picture.
    """
    found = found_joints(joints)
    points = joints[..., :2].astype(np.float64)
    low = np.where(found[..., None], points, np.inf).min(axis=1)
    high = np.where(found[..., None], points, -np.inf).max(axis=1)
    with np.errstate(invalid="ignore"):  # frames without any joint: left out below
        border = margin * (high - low).max(axis=1, keepdims=True)
        low = np.clip(np.floor(low - border), 0, (width, height))
        high = np.clip(np.ceil(high + border), 0, (width, height))
    visible = found[:, BODY].any(axis=1) & (low < high).all(axis=1)
    boxes = np.full((len(joints), 4), -1, np.int32)
    boxes[visible] = np.concatenate([low, high], axis=1)[visible]
    return boxes


def _blur_over_time(values: np.ndarray) -> np.ndarray:
    """A Gaussian over the frames of float64 (frames, n), with zeros before and after them."""
    kernel = cv2.getGaussianKernel(2 * REACH + 1, STEADY_FRAMES)
    return cv2.sepFilter2D(values, -1, np.ones(1), kernel, borderType=cv2.BORDER_CONSTANT)
