"""Which side of a person a pose shows. A front made a back limb by limb would be inside out: instead, who was not seen
from behind in such a pose is seen from before, with right and left exchanged, as if the person had turned round."""

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import found_joints, mirrored

SIDES = ((j.RIGHT_SHOULDER, j.LEFT_SHOULDER), (j.RIGHT_HIP, j.LEFT_HIP))
PROFILE = 0.25  # of the trunk's length: who is less wide shows neither side, and trembles between both


def side_shown(joints: np.ndarray) -> np.ndarray:
    """Which side of the trunk poses (..., 137, 3) show, int (...): 1 the front, -1 the back, 0 neither surely.

    On the left of who faces us is the right side: seen from the neck down to the hip, so in a handstand, too. The width
    is that of shoulders and hips together.
    """
    found, places = found_joints(joints), joints[..., :2].astype(np.float64)
    right, left = np.array(SIDES).T
    both = found[..., right] & found[..., left]
    to_left = np.where(both[..., None], places[..., left, :] - places[..., right, :], 0.0).sum(axis=-2)
    down = places[..., j.MID_HIP, :] - places[..., j.NECK, :]
    width = down[..., 1] * to_left[..., 0] - down[..., 0] * to_left[..., 1]  # times the trunk's length
    told = found[..., j.NECK] & found[..., j.MID_HIP] & (np.abs(width) > PROFILE * (down**2).sum(axis=-1))
    return np.where(told, np.sign(width), 0).astype(int)


def turned(joints: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Poses (..., 137, 3), with right and left exchanged where they show the other side than ``sides``, int (...)."""
    return np.where((side_shown(joints) * sides < 0)[..., None, None], mirrored(joints), joints)
