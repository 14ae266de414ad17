"""Bounding boxes of face and body in each frame: (x0, y0, x1, y1) in whole pixels, ends exclusive."""

import numpy as np

from pipeline.clips.layout import BODY, found_joints
from pipeline.pose.parts import FACE, part_squares


def face_boxes(joints: np.ndarray, shots: np.ndarray, fps: float, width: int, height: int) -> np.ndarray:
    """The square around the face in every frame, see :func:`part_squares`, inside the picture.

    joints: (frames, 137, 3) in pixels of a ``width`` x ``height`` picture. Returns int32 (frames, 4); -1 everywhere in
    frames in which no face is found.
    """
    squares = part_squares(joints, shots, fps, hands=False)[:, FACE]
    boxes = np.full((len(joints), 4), -1, np.int32)
    seen = np.isfinite(squares[:, 0])
    sides = np.rint(squares[seen, 2:] - squares[seen, :2]).clip(1, min(width, height))
    corners = np.clip(np.rint((squares[seen, :2] + squares[seen, 2:] - sides) / 2), 0, (width, height) - sides)
    boxes[seen] = np.concatenate([corners, corners + sides], axis=1)
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
