"""Which side of a person a pose shows. A front limb by limb turned into a back would be inside out: instead, who has
never been seen from behind is seen from before, with right and left exchanged, as if the person had turned round."""

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import found_joints, mirrored

SIDES = ((j.RIGHT_SHOULDER, j.LEFT_SHOULDER), (j.RIGHT_HIP, j.LEFT_HIP))


def faces_us(joints: np.ndarray) -> np.ndarray:
    """Whether poses (..., 137, 3) show the trunk from before, bool (...): right shoulder and hip are on the left then.

    Seen from the neck down to the hip, so that it holds for a handstand, too. True if it cannot be told.
    """
    found, places = found_joints(joints), joints[..., :2].astype(np.float64)
    down = np.where((found[..., j.NECK] & found[..., j.MID_HIP])[..., None],
                    places[..., j.MID_HIP, :] - places[..., j.NECK, :], (0.0, 1.0))
    right, left = np.array(SIDES).T
    both = found[..., right] & found[..., left]
    to_left = np.where(both[..., None], places[..., left, :] - places[..., right, :], 0.0).sum(axis=-2)
    return down[..., 1] * to_left[..., 0] - down[..., 0] * to_left[..., 1] >= 0


def turned(joints: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """Poses (..., 137, 3) with right and left exchanged where they do not face us as ``facing``, bool (...), says."""
    return np.where((faces_us(joints) == facing)[..., None, None], joints, mirrored(joints))
