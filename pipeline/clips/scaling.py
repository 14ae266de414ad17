"""Pictures and joints at another size."""

import cv2
import numpy as np


def resize(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """uint8 (H, W, 3) -> (height, width, 3), antialiased when it shrinks."""
    if picture.shape[:2] == (height, width):
        return picture
    shrinks = height < picture.shape[0]
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def scale_joints(joints: np.ndarray, factor: float) -> np.ndarray:
    """(..., 3) joints of a picture that is resized by ``factor``; confidences stay."""
    return joints * np.array([factor, factor, 1], np.float32)
