"""Where things are on the template: the neutral body, z up, facing -y, from which all persons are made.

Whatever is painted or cut is placed in these coordinates, so one description fits every body. Some heights in
metres: ankle -0.72, knee -0.38, crotch -0.08, waist 0.15, shoulder 0.50, chin 0.63, crown 0.85.
"""

import numpy as np

SHOULDER = np.array([0.165, 0.50])  # (|x|, z)
ELBOW = np.array([0.33, 0.31])
ARM = 0.25  # m from shoulder to elbow
SHOE_TOP = -0.700
HEAD = 0.61  # everything above belongs to the head


def along_arm(points: np.ndarray) -> np.ndarray:
    """How far down the arm ``points`` (N, 3) are, (N,): 0 at the shoulder, 1 at the elbow, 2 at the wrist."""
    axis = (ELBOW - SHOULDER) / ((ELBOW - SHOULDER) ** 2).sum()
    straight = (np.abs(points[:, 0]) - SHOULDER[0]) * axis[0] + (points[:, 2] - SHOULDER[1]) * axis[1]
    # The template's forearm bends forward, so that seen from the front it is shorter.
    return np.interp(straight, [-0.5, -0.067, 0.838, 1.458, 1.86], [-0.48, 0, 1, 2, 2.65])


def on_arm(points: np.ndarray) -> np.ndarray:
    """Whether ``points`` (N, 3) lie on an arm or hand, bool (N,)."""
    side = np.abs(points[:, 0])
    return (side > SHOULDER[0]) & (points[:, 2] > 0.37 - 1.3 * (side - SHOULDER[0]))
