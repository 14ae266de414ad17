"""How alike poses are, wherever in the picture and however large the person is."""

from typing import NamedTuple

import numpy as np

from pipeline.clips.layout import FACE, LEFT_HAND, MID_HIP, MIDDLE_FINGER, NECK, NOSE, RIGHT_HAND, found_joints
from pipeline.reference.limbs import HEAD, HEAD_LIMB, HEAD_RADIUS, LEFT_HAND_LIMB, RIGHT_HAND_LIMB, TRUNK, TRUNK_RADIUS

FARTHEST = 0.5  # sizes: what a joint counts at most
AROUND = 1.5  # radii of trunk and head, within which a hand has some of them around it
HIPS = 1.3  # of the trunk's length from the neck: so far down the hips reach, or a skirt
TINY = 1e-6  # px


def one(limb: int) -> slice:
    """That limb alone."""
    return slice(limb, limb + 1)


class Part(NamedTuple):
    """What of a person is compared.

    limbs: which of :class:`pipeline.reference.limbs.Limbs` they tell of. joints: which. around: those around whose
    middle they are seen. size: heights, the unit in which they are compared. missing: sizes, what a joint counts that
    only one of two poses shows. upright: two joints, the second of which is turned to lie above the first, as which way
    the part points in the picture does not matter; None: it does.
    """

    limbs: slice
    joints: list[int]
    around: list[int]
    size: float
    missing: float
    upright: tuple[int, int] | None = None


ONE_OF_EACH_HAND = [LEFT_HAND.start + MIDDLE_FINGER, RIGHT_HAND.start + MIDDLE_FINGER]
BODY = Part(slice(None), [*range(20), 21, 22, 24, *ONE_OF_EACH_HAND], TRUNK, 1.0, 0.15)
# how the head is turned; a face that only one of two poses shows means that they are turned differently
FACE_AND_HEAD = Part(one(HEAD_LIMB), [*HEAD, *range(FACE.start, FACE.stop, 3)], HEAD, 2 * HEAD_RADIUS, FARTHEST)
HANDS = [
    Part(one(limb), [*range(hand.start, hand.stop)], [*range(hand.start, hand.stop)], 0.1, FARTHEST,
         upright=(hand.start, hand.start + MIDDLE_FINGER))
    for limb, hand in ((RIGHT_HAND_LIMB, RIGHT_HAND), (LEFT_HAND_LIMB, LEFT_HAND))
]
PARTS = (BODY, FACE_AND_HEAD, *HANDS)  # the first is the whole body, of which the others are parts


def centred(joints: np.ndarray, statures: np.ndarray, part: Part) -> np.ndarray:
    """The joints of ``part``, float32 (n, joints, 2), in its sizes around its middle; NaN where not found.

    joints: (n, 137, 3) px. statures: (n,) px.
    """
    found = found_joints(joints)
    places = np.where(found[..., None], joints[..., :2], np.nan).astype(np.float64)
    count = found[:, part.around].sum(axis=1)
    middle = np.nansum(places[:, part.around], axis=1) / np.maximum(count, 1)[:, None]
    offsets = (places[:, part.joints] - middle[:, None]) / (part.size * np.maximum(statures, 1)[:, None, None])
    if part.upright is not None:
        up = places[:, part.upright[1]] - places[:, part.upright[0]]
        sine, cosine = up.T / np.maximum(np.linalg.norm(up, axis=1), TINY)
        offsets = offsets @ np.stack([np.stack([-cosine, -sine], axis=1), np.stack([sine, -cosine], axis=1)], axis=1)
    return np.where(count[:, None, None] > 0, offsets, np.nan).astype(np.float32)


def before_body(joints: np.ndarray, statures: np.ndarray, part: Part) -> np.ndarray:
    """Whether a hand is seen before trunk, hips or head, bool (n,); never for parts that are no hands.

    joints: (n, 137, 3) px. statures: (n,) px. Where joints are not found it is not.
    """
    if part not in HANDS:
        return np.zeros(len(joints), bool)
    places = np.where(found_joints(joints)[..., None], joints[..., :2], np.nan).astype(np.float64)
    hand, neck, hip, nose = (places[:, joint] for joint in (part.joints[MIDDLE_FINGER], NECK, MID_HIP, NOSE))
    down = HIPS * (hip - neck)
    along = ((hand - neck) * down).sum(axis=1) / np.maximum((down**2).sum(axis=1), TINY)
    from_trunk = np.linalg.norm(hand - neck - along.clip(0, 1)[:, None] * down, axis=1)
    from_nose = np.linalg.norm(hand - nose, axis=1)
    return (from_trunk < AROUND * TRUNK_RADIUS * statures) | (from_nose < AROUND * HEAD_RADIUS * statures)


def differences(poses: np.ndarray, others: np.ndarray, part: Part) -> np.ndarray:
    """The mean squared distance of joints between each of ``poses`` and each of ``others``, (n, m), in squared sizes.

    poses, others: see :func:`centred`, of ``part``. Infinite if neither shows any joint.
    """
    result = np.empty((len(poses), len(others)), np.float32)
    shown = np.isfinite(others[..., 0])
    for row, pose in zip(result, poses, strict=True):
        squared = np.minimum(((others - pose) ** 2).sum(axis=2), FARTHEST**2)
        either = shown | np.isfinite(pose[:, 0])
        total = np.where(np.isfinite(squared), squared, part.missing**2 * either).sum(axis=1)
        row[:] = np.where(either.any(axis=1), total / np.maximum(either.sum(axis=1), 1), np.inf)
    return result


def smooth_path(costs: np.ndarray, follows: np.ndarray, switch: float) -> np.ndarray:
    """The choice of one of m at each of n times, int64 (n,), with the least sum of costs (Viterbi).

    costs: (n, m). To stay costs nothing, nor does a step forwards or back between two that are consecutive frames:
    ``follows``, bool (m,), says of each whether the one before it is the frame before. Any other change costs
    ``switch``.
    """
    times, many = costs.shape
    best, back = costs[0], np.zeros((times, many), np.int32)
    stay = np.arange(many, dtype=np.int32)
    for t in range(1, times):
        forwards = np.concatenate([[np.inf], np.where(follows[1:], best[:-1], np.inf)])
        backwards = np.concatenate([np.where(follows[1:], best[1:], np.inf), [np.inf]])
        cheapest = int(best.argmin())
        options = np.stack([best, forwards, backwards, np.full(many, best[cheapest] + switch)])
        which = options.argmin(axis=0)
        back[t] = np.choose(which, [stay, stay - 1, stay + 1, cheapest])
        best = options[which, stay] + costs[t]
    path = np.zeros(times, np.int64)
    path[-1] = best.argmin()
    for t in range(times - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return path
