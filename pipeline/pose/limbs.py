"""Normalization that cares about body differences: the source's dance on the target's limbs.

The fit by the feet gives a source the target's size and place but leaves it its own build: long arms stay long. Here
every limb, from the middle of the hips outward, keeps the direction and the foreshortening that it has in the picture
and gets the target's length; then the feet go back to where the fit puts them.

A projected limb is at most as long as the limb is, and about as long now and then. So a high percentile over the whole
clip stands for its length, in units of the upright height at the foot's row, by which near and far frames count alike.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.pose import layout
from pipeline.pose.layout import FACE, LEFT_HAND, MID_HIP, NECK, NOSE, RIGHT_HAND
from pipeline.pose.normalization import Stance, coordinates, foot_columns, foot_rows, interpolated, keep_found

FULL_LENGTH = 95.0  # percentile of its projections that stands for a limb's length
FEWEST = 15  # frames of either clip that must show a limb


def _tree() -> list[tuple[str, int, int]]:
    """Every joint but the root, after the one it hangs on: (limb, that joint, joint)."""
    edges = [("torso", MID_HIP, NECK), ("neck", NECK, NOSE)]
    for side, hand in (("LEFT", LEFT_HAND), ("RIGHT", RIGHT_HAND)):
        shoulder, elbow, wrist, hip, knee, ankle, heel, big_toe, small_toe = (
            getattr(layout, f"{side}_{joint}")
            for joint in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE", "HEEL", "BIG_TOE", "SMALL_TOE")
        )
        edges += [("shoulder", NECK, shoulder), ("upper arm", shoulder, elbow), ("forearm", elbow, wrist)]
        edges += [("hip", MID_HIP, hip), ("thigh", hip, knee), ("shin", knee, ankle), ("heel", ankle, heel)]
        edges += [("toes", ankle, big_toe), ("toes", ankle, small_toe), ("hand", wrist, hand.start)]
        edges += [("hand", hand.start, joint) for joint in range(hand.start + 1, hand.stop)]
    head = layout.LEFT_EYE, layout.RIGHT_EYE, layout.LEFT_EAR, layout.RIGHT_EAR, *range(FACE.start, FACE.stop)
    return edges + [("face", NOSE, joint) for joint in head]


TREE = _tree()
LIMBS = list(dict.fromkeys(limb for limb, _, _ in TREE))


@dataclass(frozen=True)
class Limb:
    """A limb's length in both clips, in upright heights, and in how many frames each shows it.

    ratio: how much longer the target's is than the source's; 1, the scale of the feet, if too few frames show it.
    """

    ratio: float
    source: float
    target: float
    source_frames: int
    target_frames: int


def measure_limbs(joints: np.ndarray, stance: Stance, foot: str, min_confidence: float) -> dict[str, tuple[float, int]]:
    """Each limb's length over a whole clip, (frames, 137, 3) of smoothed joints, of a person with that ``stance``.

    Left and right count as one limb, and so do all joints of a hand or a face. Returns for each limb its length in
    upright heights, 0 where it is never seen, and the number of frames that show it.
    """
    points = coordinates(joints, min_confidence)
    heights = stance.height_at(interpolated(foot_rows(joints, foot, min_confidence)))
    measured = {}
    for limb in LIMBS:
        parents, children = zip(*((parent, joint) for name, parent, joint in TREE if name == limb))
        lengths = np.linalg.norm(points[:, children] - points[:, parents], axis=-1) / heights[:, None]
        seen = lengths > 0  # not where it is NaN
        length = float(np.percentile(lengths[seen], FULL_LENGTH)) if seen.any() else 0.0
        measured[limb] = length, int(seen.any(axis=1).sum())
    return measured


def fit_limbs(source: dict[str, tuple[float, int]], target: dict[str, tuple[float, int]]) -> dict[str, Limb]:
    """Compare what :func:`measure_limbs` says of both clips."""
    limbs = {}
    for limb, (length, frames) in source.items():
        target_length, target_frames = target[limb]
        ratio = target_length / length if min(frames, target_frames) >= FEWEST else 1.0
        limbs[limb] = Limb(ratio, length, target_length, frames, target_frames)
    return limbs


def limb_warnings(limbs: dict[str, Limb]) -> list[str]:
    """A sentence for every limb that keeps the source's build, and the clip that shows it too seldom."""
    return [
        f"the {limb} of the {clip} is seen in {frames} frames, fewer than {FEWEST}: it keeps the source's build"
        for limb, fit in limbs.items()
        for clip, frames in (("source", fit.source_frames), ("target", fit.target_frames))
        if frames < FEWEST
    ]


def put_on_limbs(joints: np.ndarray, limbs: dict[str, Limb], foot: str, min_confidence: float) -> np.ndarray:
    """Give a dance that was normalized by the feet, (frames, 137, 3), the target's limbs.

    Each joint goes where its limb, as long as the target's, ends; one that hangs on a joint not found hangs on the next
    one towards the root instead, and stays if there is none. Then every frame moves so that the foot has its row again,
    and the middle between the ankles its column (of one ankle alone, the dance would jump from step to step).
    Returns float32 (frames, 137, 3); joints not found are (0, 0, 0).
    """
    before = coordinates(joints, min_confidence)
    after = before.copy()
    for limb, parent, joint in TREE:
        place = after[:, parent] + limbs[limb].ratio * (before[:, joint] - before[:, parent])
        after[:, joint] = np.where(np.isnan(before[:, parent]), before[:, joint], place)
        lost = np.isnan(before[:, joint, 0])  # from here on its parent stands for it
        before[lost, joint], after[lost, joint] = before[lost, parent], after[lost, parent]
    result = keep_found(joints, *np.moveaxis(after, -1, 0), min_confidence)

    right = foot_columns(joints, min_confidence) - foot_columns(result, min_confidence)
    down = interpolated(foot_rows(joints, foot, min_confidence) - foot_rows(result, foot, min_confidence))
    return keep_found(joints, result[..., 0] + right[:, None], result[..., 1] + down[:, None], min_confidence)
