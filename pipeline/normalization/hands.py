"""Replacing hands that the detector has lost, as it does if they are small or blurred, by those of other frames."""

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import LEFT_HAND, RIGHT_HAND, found_joints

HANDS = {
    "left_hand": (LEFT_HAND, j.LEFT_ELBOW, j.LEFT_WRIST),
    "right_hand": (RIGHT_HAND, j.RIGHT_ELBOW, j.RIGHT_WRIST),
}
SHORTEST = 0.3  # of the median forearm's length: a shorter one points at the camera, and its direction is not reliable
LOOSEST = 0.3  # of the same: a hand whose wrist is farther than this from the body's wrist is not taken as this arm's


def carry_hands(joints: np.ndarray) -> tuple[np.ndarray, dict[str, int]]:
    """Copy a missing hand from the nearest frame that has hand and forearm, rotated as the forearm has rotated.

    The copy starts at the body's wrist. A hand that was found far from the body's wrist, as in fast movements, in which
    the body's joints lag behind, counts as missing: it would be painted detached from its arm. Where the forearm is
    missing or too foreshortened to have a direction, nothing is copied.

    joints: (frames, 137, 3), px of any picture, smoothed. Other hands stay as they are, and a hand that is never found
    stays missing. -> the joints, float32, and in how many frames each hand was copied.
    """
    joints = np.array(joints, np.float32)
    found = found_joints(joints)
    points = joints[..., 0].astype(np.float64) + 1j * joints[..., 1]  # complex: rotation is multiplication
    carried = {}
    for name, (hand, elbow, wrist) in HANDS.items():
        forearm = points[:, wrist] - points[:, elbow]
        length = np.where(found[:, elbow] & found[:, wrist], np.abs(forearm), 0)
        usual = np.median(length[length > 0]) if length.any() else np.inf
        told = length > SHORTEST * usual
        whole = found[:, hand].all(axis=1) & (np.abs(points[:, hand.start] - points[:, wrist]) < LOOSEST * usual)
        givers, takers = np.flatnonzero(told & whole), np.flatnonzero(told & ~whole)
        carried[name] = len(takers) if len(givers) else 0
        if not carried[name]:
            continue
        givers = _nearest(givers, takers)
        turn = forearm[takers] / length[takers] / (forearm[givers] / length[givers])
        shape = points[givers, hand] - points[givers, hand.start, None]
        moved = points[takers, wrist, None] + turn[:, None] * shape
        joints[takers, hand] = np.stack([moved.real, moved.imag, joints[givers, hand, 2]], axis=-1)
    return joints, carried


def _nearest(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """For each of ``wanted`` the nearest of the ascending ``values``, the lower one in a tie."""
    after = np.searchsorted(values, wanted)
    low, high = values[np.maximum(after - 1, 0)], values[np.minimum(after, len(values) - 1)]
    return np.where(np.abs(wanted - low) <= np.abs(high - wanted), low, high)
