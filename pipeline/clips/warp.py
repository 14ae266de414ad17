"""Pictures seen through windows and cameras: resampling by 3x3 matrices, antialiased.

A matrix takes (x, y, 1) of one picture to another's, both measured from the top left corner, in pixels.
"""

import cv2
import numpy as np

from pipeline.clips.layout import found_joints

MARGIN = 4  # px around what is looked at: interpolation reaches so far
TO_CORNERS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # from OpenCV's, where (0, 0) is the first pixel's centre
SHRUNK = 1.3  # px of the picture a px of the new one: from here on, averages come nearer to the ideal than cubics do
EXACT = 1e-6  # px: nearer than this to whole pixels, a window needs no interpolation


def window_matrix(window: np.ndarray, width: int, height: int) -> np.ndarray:
    """(3, 3), from px of a picture of ``width`` x ``height`` px to px of that in which it shows ``window``, a box
    (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = window
    return np.array([[(x1 - x0) / width, 0.0, x0], [0.0, (y1 - y0) / height, y0], [0.0, 0.0, 1.0]])


def shift(x: float, y: float) -> np.ndarray:
    """(3, 3), from px of a part of a picture, whose corner is at (x, y), to px of the picture."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def picture_corners(width: float, height: float) -> np.ndarray:
    """Of a picture of ``width`` x ``height`` px, around it: float64 (4, 2), (x, y)."""
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)


def transform(points: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Points (..., n, 2) taken elsewhere by ``matrices`` (..., 3, 3): float64 (..., n, 2)."""
    homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1) @ np.swapaxes(matrices, -1, -2)
    return homogeneous[..., :2] / homogeneous[..., 2:]


def move_joints(joints: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Joints (..., n, 3) through ``matrices`` (..., 3, 3), float32; confidences, and joints not found, stay."""
    places = transform(joints[..., :2].astype(np.float64), matrices)
    moved = np.concatenate([places, joints[..., 2:]], axis=-1)
    return np.where(found_joints(joints)[..., None], moved, joints).astype(np.float32)


def warp(picture: np.ndarray, matrix: np.ndarray, width: int, height: int) -> np.ndarray:
    """``picture`` (H, W) or (H, W, C), uint8 or float32, seen as one of ``width`` x ``height`` px, antialiased.

    matrix: (3, 3), from px of the new picture to px of ``picture``. Beyond the picture's edges its outermost pixels go
    on.
    """
    corners = transform(picture_corners(width, height), matrix)
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2]))) / abs(matrix[2] @ (width / 2, height / 2, 1)) ** 1.5
    size = np.array(picture.shape[1::-1])
    margin = int(MARGIN * max(scale, 1)) + 1
    low = np.clip(np.floor(corners.min(axis=0)).astype(int) - margin, 0, size - 1)
    high = np.clip(np.ceil(corners.max(axis=0)).astype(int) + margin, low + 1, size)
    part = picture[low[1] : high[1], low[0] : high[0]]
    matrix = shift(-low[0], -low[1]) @ matrix
    if scale > SHRUNK:
        columns, rows = (max(1, round(length / scale)) for length in part.shape[1::-1])
        shrink = np.diag([columns / part.shape[1], rows / part.shape[0], 1.0])
        part, matrix = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), shrink @ matrix
    matrix = matrix / matrix[2, 2]
    offset = np.rint(matrix[:2, 2])
    x, y = offset.astype(int)
    whole = np.abs(matrix - np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1]])).max() < EXACT
    if whole and x >= 0 and y >= 0 and part.shape[0] >= y + height and part.shape[1] >= x + width:
        return np.ascontiguousarray(part[y : y + height, x : x + width])
    return cv2.warpPerspective(
        part, to_opencv(matrix), (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )


def to_opencv(matrices: np.ndarray) -> np.ndarray:
    """Matrices (..., 3, 3) for OpenCV's coordinates."""
    return np.linalg.inv(TO_CORNERS) @ matrices @ TO_CORNERS


def from_opencv(matrices: np.ndarray) -> np.ndarray:
    """OpenCV's matrices (..., 3, 3) for coordinates from the top left corner."""
    return TO_CORNERS @ matrices @ np.linalg.inv(TO_CORNERS)
