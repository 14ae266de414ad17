"""Corners of a picture, and where they are in another one."""

import cv2
import numpy as np

FEATURES, SPACING, QUALITY = 400, 1 / 40, 0.001  # at most; of the picture's height; of the strongest's strength
AREA, NOISE, CONTRAST = 1 / 40, 2.0, 50.0  # of the height; grey levels; grey levels that the local contrast becomes
WINDOW, LEVELS = (21, 21), 4  # px, halvings: of the Lucas-Kanade tracker
THERE_AND_BACK = 0.5  # px: a feature that is tracked to a frame and back ends where it began


def structure(picture: np.ndarray, noise: float = NOISE) -> np.ndarray:
    """uint8 (H, W): the picture in grey without its brightness, and with the same contrast everywhere above the noise.

    A camera that changes its exposure does not move, and faint lines of the background hold it better than the few
    sharp corners, which are often those of a shadow or a caption. picture: uint8 RGB (H, W, 3).
    noise: grey levels, below which contrast stays low.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = AREA * len(grey)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), sigma)
    contrast = np.sqrt(cv2.GaussianBlur(detail**2, (0, 0), sigma))
    return np.clip(128 + CONTRAST * detail / (contrast + noise), 0, 255).astype(np.uint8)


def find_corners(picture: np.ndarray, free: np.ndarray) -> np.ndarray:
    """At most 400 corners of a structure, uint8 (H, W), where ``free``, bool (H, W): float32 (n, 2), (x, y) in px.

    (0, 0) is the first pixel's centre, here as in OpenCV.
    """
    corners = cv2.goodFeaturesToTrack(picture, FEATURES, QUALITY, SPACING * len(picture), mask=free.astype(np.uint8))
    return np.empty((0, 2), np.float32) if corners is None else corners[:, 0]


def follow(corners: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where ``corners`` (n, 2) of ``start``, uint8 (H, W), are in ``end``, float32 (n, 2), and which were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(start, end, corners, None, winSize=WINDOW, maxLevel=LEVELS)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(end, start, there, None, winSize=WINDOW, maxLevel=LEVELS)
    kept = (found & returned).astype(bool)[:, 0] & (np.linalg.norm(back - corners, axis=1) < THERE_AND_BACK)
    return there, kept
