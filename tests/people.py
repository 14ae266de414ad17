"""A made-up person who bends arms and turns, for tests of moving limbs."""

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import LEFT_HAND, RIGHT_HAND

UPRIGHT = {
    j.NOSE: (0, 0.92), j.RIGHT_EYE: (-0.02, 0.94), j.LEFT_EYE: (0.02, 0.94), j.RIGHT_EAR: (-0.05, 0.93),
    j.LEFT_EAR: (0.05, 0.93), j.NECK: (0, 0.82), j.RIGHT_SHOULDER: (-0.11, 0.82), j.LEFT_SHOULDER: (0.11, 0.82),
    j.RIGHT_ELBOW: (-0.27, 0.82), j.LEFT_ELBOW: (0.27, 0.82), j.RIGHT_WRIST: (-0.42, 0.82), j.LEFT_WRIST: (0.42, 0.82),
    j.MID_HIP: (0, 0.52), j.RIGHT_HIP: (-0.07, 0.52), j.LEFT_HIP: (0.07, 0.52), j.RIGHT_KNEE: (-0.08, 0.28),
    j.LEFT_KNEE: (0.08, 0.28), j.RIGHT_ANKLE: (-0.08, 0.04), j.LEFT_ANKLE: (0.08, 0.04),
    j.RIGHT_BIG_TOE: (-0.12, 0.0), j.LEFT_BIG_TOE: (0.12, 0.0), RIGHT_HAND.start + 9: (-0.47, 0.82),
    LEFT_HAND.start + 9: (0.47, 0.82),
}  # fmt: skip
LEFT_ARM = [j.LEFT_ELBOW, j.LEFT_WRIST, LEFT_HAND.start + 9]


def person(height: float = 100.0, x: float = 64.0, y: float = 120.0, raised: float = 0.0) -> np.ndarray:
    """(137, 3): a person ``height`` px tall, feet at (x, y), arms spread, the left one ``raised`` by degrees."""
    joints = np.zeros((j.NUM_JOINTS, 3), np.float32)
    for joint, (across, up) in UPRIGHT.items():
        joints[joint] = x + across * height, y - up * height, 1
    shoulder, angle = joints[j.LEFT_SHOULDER, :2], np.radians(raised)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    joints[LEFT_ARM, :2] = shoulder + (joints[LEFT_ARM, :2] - shoulder) @ turn.T
    return joints
