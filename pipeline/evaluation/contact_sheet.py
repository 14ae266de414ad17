"""Frames to look at: real, pose and generated under one another, the faces enlarged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

TALLEST = 256  # px: higher frames are shown smaller
GAP = 6  # px between pictures
LABEL = 22  # px of the line above each row
EMPTY = 225  # grey where there is no picture


@dataclass(frozen=True)
class Example:
    """One frame of a clip: uint8 RGB pictures of one size (H, W, 3) and the face's box, -1 if unseen."""

    frame: int
    real: np.ndarray
    pose: np.ndarray
    generated: np.ndarray
    face: np.ndarray


def contact_sheet(examples: Sequence[Example]) -> np.ndarray:
    """A column an example, uint8 RGB: real, pose, generated, then the real and generated face enlarged.

    A face that was not seen is left grey.
    """
    size = shown_size(examples[0].real)
    side = min(size)
    numbers = ", ".join(str(e.frame) for e in examples)
    return stack_rows({
        f"real, frames {numbers}": [cv2.resize(e.real, size, interpolation=cv2.INTER_AREA) for e in examples],
        "pose": [cv2.resize(e.pose, size, interpolation=cv2.INTER_AREA) for e in examples],
        "generated": [cv2.resize(e.generated, size, interpolation=cv2.INTER_AREA) for e in examples],
        "real face": [_face(e.real, e.face, size[0], side) for e in examples],
        "generated face": [_face(e.generated, e.face, size[0], side) for e in examples],
    })  # fmt: skip


def shown_size(picture: np.ndarray) -> tuple[int, int]:
    """(width, height) in px at which a picture (H, W, 3) is shown."""
    height, width = picture.shape[:2]
    scale = min(1.0, TALLEST / height)
    return round(width * scale), round(height * scale)


def stack_rows(rows: Mapping[str, Sequence[np.ndarray]]) -> np.ndarray:
    """Rows of equally many uint8 RGB pictures, each row of one size and under its label."""
    bands = []
    for label, pictures in rows.items():
        band = np.hstack(
            [np.pad(picture, ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for picture in pictures]
        )
        bands += [_label(label, band.shape[1]), band]
    return np.vstack(bands)


def _face(picture: np.ndarray, box: np.ndarray, width: int, side: int) -> np.ndarray:
    """The crop ``box`` enlarged to ``side`` px in the middle of a grey tile ``width`` px wide."""
    tile = np.full((side, width, 3), EMPTY, np.uint8)
    x0, y0, x1, y1 = box
    if x0 >= 0:
        left = (width - side) // 2
        tile[:, left : left + side] = cv2.resize(
            picture[y0:y1, x0:x1], (side, side), interpolation=cv2.INTER_CUBIC
        )
    return tile


def _label(text: str, width: int) -> np.ndarray:
    line = np.full((LABEL, width, 3), 255, np.uint8)
    return cv2.putText(
        line, text, (2, LABEL - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40, 40, 40), 1, cv2.LINE_AA
    )
