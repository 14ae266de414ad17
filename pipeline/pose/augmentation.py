"""Poses as a detector might have found them: some joints a little off, some parts missing."""

from dataclasses import dataclass

import numpy as np

from pipeline.clips.layout import BODY, FACE, LEFT_HAND, NUM_JOINTS, RIGHT_HAND
from pipeline.clips import layout as j

FEET = (
    [j.RIGHT_ANKLE, j.RIGHT_BIG_TOE, j.RIGHT_SMALL_TOE, j.RIGHT_HEEL],
    [j.LEFT_ANKLE, j.LEFT_BIG_TOE, j.LEFT_SMALL_TOE, j.LEFT_HEEL],
)
LOST_TOGETHER = [FACE, LEFT_HAND, RIGHT_HAND, *FEET]  # what detectors miss, they miss as a whole
MOVED_TOGETHER = {j.NOSE: FACE, j.LEFT_WRIST: LEFT_HAND, j.RIGHT_WRIST: RIGHT_HAND}  # a body joint and what is at it


@dataclass(frozen=True)
class Augmentation:
    """jitter: standard deviation of every body joint's shift, along x and y, as a share of the picture's height.
    dropout: probability that the face, a hand or a foot is missing, each by itself.
    """

    jitter: float
    dropout: float

    def __call__(self, joints: np.ndarray, height: float, rng: np.random.Generator) -> np.ndarray:
        """Consecutive poses (frames, 137, 3), pixels of a picture of ``height``, changed alike in all of the frames.

        A detector's errors last longer than a few frames, and only so does one frame still follow from the other. Face
        and hands keep their shapes: they go where nose and wrists go.
        """
        shift = np.zeros((NUM_JOINTS, 2), np.float32)
        shift[BODY] = rng.normal(0, self.jitter * height, shift[BODY].shape)
        for joint, part in MOVED_TOGETHER.items():
            shift[part] = shift[joint]
        changed = joints.copy()
        changed[..., :2] += shift
        for part, draw in zip(LOST_TOGETHER, rng.random(len(LOST_TOGETHER)), strict=True):
            if draw < self.dropout:
                changed[:, part, 2] = 0
        return changed
