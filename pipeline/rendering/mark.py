"""Words in a corner of a picture, by which everybody sees that it is synthetic."""

import cv2
import numpy as np

FONT = cv2.FONT_HERSHEY_SIMPLEX
HEIGHT = 0.03  # of the picture's height: the letters'


def with_words(picture: np.ndarray, words: str) -> np.ndarray:
    """A copy of ``picture``, uint8 RGB (H, W, 3), with ``words``, ASCII, white on black in its lower right corner."""
    marked = picture.copy()
    size = max(cv2.getFontScaleFromHeight(FONT, max(8, round(HEIGHT * picture.shape[0]))), 0.1)
    (width, height), below = cv2.getTextSize(words, FONT, size, 1)
    if (share := (picture.shape[1] - 2 * height) / width) < 1:  # a narrow picture
        size *= share
        (width, height), below = cv2.getTextSize(words, FONT, size, 1)
    left, bottom = picture.shape[1] - width - height, picture.shape[0] - height
    for colour, thickness in ((0, 3), (255, 1)):
        cv2.putText(marked, words, (left, bottom - below), FONT, size, (colour,) * 3, thickness, cv2.LINE_AA)
    return marked
