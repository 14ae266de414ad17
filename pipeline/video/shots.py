"""Which frames belong to one uninterrupted shot: hard cuts are found, so that no pair is taken across one.

Neighbouring frames are compared as thumbnails by the contrast-structure term of SSIM. In six dance clips
neighbours differ by up to 0.06 and frames six apart by up to 0.24; across a cut to another scene the
difference is 0.5 to 1.3, to a closer view of the same scene 0.3 to 1.1. A cut is one large change between
small ones: a whip pan makes many in a row, a flash two. A jump of the dancer alone, within one scene and one
view, is too small to be told from a fast movement.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import cv2
import numpy as np

CUT = 0.3  # least difference across a cut
ALONE = 3  # a cut's difference is at least this many times those of the steps before and after it
THUMBNAIL = (32, 32)
NOISE = 25.0  # grey levels squared: below this variance a thumbnail counts as flat (black, white)


def number_shots(frames: Iterable[tuple[Fraction, np.ndarray]]) -> Iterator[tuple[int, Fraction, np.ndarray]]:
    """Number the shots of (time, uint8 RGB (H, W, 3)) frames: yields (shot, time, frame), shots 0, 1, ...

    Runs one frame behind, since a cut is judged by the step after it too.
    """
    shot, waiting, before, step = 0, None, 0.0, 0.0
    thumbnail: np.ndarray | None = None
    for time, frame in frames:
        previous, thumbnail = thumbnail, _thumbnail(frame)
        if waiting is not None and previous is not None:
            after = difference(previous, thumbnail)
            shot += step > CUT and step > ALONE * max(before, after)
            yield shot, *waiting
            before, step = step, after
        waiting = time, frame
    if waiting is not None:
        shot += step > CUT and step > ALONE * before
        yield shot, *waiting


def _thumbnail(frame: np.ndarray) -> np.ndarray:
    return cv2.resize(frame, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """0 (same structure) to 2 (inverted) for two thumbnails (h, w, 3) in grey levels; blind to brightness."""
    a, b = (thumbnail - thumbnail.mean(axis=(0, 1)) for thumbnail in (a, b))
    return float(1 - (2 * (a * b).mean() + NOISE) / ((a * a).mean() + (b * b).mean() + NOISE))
