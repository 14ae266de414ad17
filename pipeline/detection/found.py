"""What every way of getting poses gives for each frame."""

from typing import NamedTuple

import numpy as np


class Found(NamedTuple):
    """joints: float32 (137, 3), px of the frame, 0 where not found. crowded: whether somebody else is there, or just
    was."""

    frame: int
    joints: np.ndarray
    crowded: bool
