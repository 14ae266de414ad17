"""How far a dance's poses are from any that the target's clip shows: what was never seen is rendered worse."""

import numpy as np

from pipeline.clips.layout import mirrored
from pipeline.clips.track import BLOCK, bodies_seen
from pipeline.pose.stature import statures
from pipeline.reference.facing import side_shown
from pipeline.reference.likeness import BODY, centred, differences

MOST = 1500  # poses of the target that are compared with; those of a longer clip are much alike


def novelty(
    joints: np.ndarray, shots: np.ndarray, fps: float, known: np.ndarray, known_statures: np.ndarray
) -> np.ndarray:
    """How unlike each pose is to the most alike that is ``known``: the root of the mean squared distance of joints, in
    heights of the person, float32 (frames,); NaN where nobody is seen.

    Where the pose shows a side of the person that no known one does, it is compared turned round, as it is rendered.

    joints: (frames, 137, 3) px, smoothed. shots: int (frames,), another number after every cut. fps: frames per second.
    known: (n, 137, 3), the target's training poses. known_statures: px (n,).
    """
    some = np.unique(np.linspace(0, len(known) - 1, min(len(known), MOST)).round().astype(int))
    others = centred(known[some], known_statures[some], BODY)
    tall = statures(joints, shots, fps)
    joints = np.where(never_seen_side(joints, known)[:, None, None], mirrored(joints), joints)
    poses = centred(joints, tall, BODY)
    costs = np.concatenate([differences(poses[start : start + BLOCK], others, BODY).min(axis=1)
                            for start in range(0, len(poses), BLOCK)])
    return np.where(bodies_seen(joints), np.sqrt(costs), np.nan).astype(np.float32)


def never_seen_side(joints: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Where poses show the front or the back, and no ``known`` pose does, bool (frames,)."""
    sides = side_shown(joints)
    return (sides != 0) & ~np.isin(sides, np.unique(side_shown(known)))
