"""Normalization that accounts for different builds: the source's dance with the target's limb lengths.

The fit by the feet gives the source the target's size and place but keeps its build: long arms stay long. Here every
limb, from the middle of the hips outward, keeps its direction and its foreshortening in the picture and is scaled by
the ratio of the target's length to the source's; then each frame is shifted until the feet are where the fit puts them.

Lengths are in units of the upright height at the foot's row, so that near and far frames are comparable. A limb shows
its full length only while it is hardly foreshortened; so its length is the upper quartile over the clip, and is used
only if that is close to the longest. Both clips are measured in front views only: from the side, the nose is far in
front of the neck, and a foot looks twice as long.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pipeline.clips import layout
from pipeline.clips.layout import FACE, LEFT_HAND, LEFT_SHOULDER, MID_HIP, NECK, NOSE, RIGHT_HAND, RIGHT_SHOULDER
from pipeline.normalization.feet import Stance, coordinates, foot_columns, foot_rows, interpolated, keep_found

FEWEST = 15  # front views of either clip that must show a limb
LENGTH, LONGEST = 75.0, 95.0  # percentiles over front views: a limb's length, and the longest that it gets
STEADY = 0.9  # of the longest: a limb whose length is less is foreshortened too often to be measured
FRONT = 0.8  # of the shoulders' greatest width: at least so wide they are in a front view


class Bone(NamedTuple):
    """A joint, ``start``, and those attached to it: ``ends``, whose mean distance is the length, and ``others``.

    Bones of one ``limb``, left and right ones, are measured and scaled together.
    """

    limb: str
    start: int
    ends: tuple[int, ...]
    others: tuple[int, ...] = ()


def _skeleton() -> list[Bone]:
    """All bones, from the middle of the hips outward, so that each comes after the one that it is attached to."""
    bones = [Bone("torso", MID_HIP, (NECK,)), Bone("neck", NECK, (NOSE,))]
    for side, hand in (("LEFT", LEFT_HAND), ("RIGHT", RIGHT_HAND)):
        shoulder, elbow, wrist, hip, knee, ankle, heel, big_toe, small_toe = (
            getattr(layout, f"{side}_{joint}")
            for joint in ("SHOULDER", "ELBOW", "WRIST", "HIP", "KNEE", "ANKLE", "HEEL", "BIG_TOE", "SMALL_TOE")
        )
        palm = tuple(range(hand.start + 5, hand.stop, 4))
        fingers = tuple(joint for joint in range(hand.start + 1, hand.stop) if joint not in palm)
        bones += [
            Bone("shoulder", NECK, (shoulder,)),
            Bone("upper arm", shoulder, (elbow,)),
            Bone("forearm", elbow, (wrist,)),
            Bone("hand", wrist, (), (hand.start,)),
            Bone("hand", hand.start, palm, fingers),
            Bone("hip", MID_HIP, (hip,)),
            Bone("thigh", hip, (knee,)),
            Bone("shin", knee, (ankle,)),
            Bone("foot", ankle, (heel, big_toe), (small_toe,)),  # not every detector finds small toes
        ]
    head = layout.RIGHT_EYE, layout.LEFT_EYE, layout.RIGHT_EAR, layout.LEFT_EAR
    return bones + [Bone("face", NOSE, tuple(range(FACE.start, FACE.stop)), head)]


SKELETON = _skeleton()
LIMBS = list(dict.fromkeys(bone.limb for bone in SKELETON))


@dataclass(frozen=True)
class Length:
    """How long a limb looks in one clip, in units of the upright height; 0 if it is never seen.

    length, longest: percentiles LENGTH and LONGEST over the ``frames`` front views that show it.
    """

    length: float
    longest: float
    frames: int

    @property
    def known(self) -> bool:
        """Whether the limb is seen often enough, and often enough in its full length."""
        return self.frames >= FEWEST and self.length >= STEADY * self.longest


@dataclass(frozen=True)
class Limb:
    """One limb in both clips. ratio: the target's length over the source's; 1 (no change) if unknown."""

    source: Length
    target: Length
    ratio: float

    @property
    def known(self) -> bool:
        """Whether both clips show it."""
        return self.source.known and self.target.known


def measure_limbs(joints: np.ndarray, stance: Stance, foot: str) -> dict[str, Length]:
    """How long the limbs look in a clip, (frames, 137, 3) of smoothed joints, of the person with this ``stance``.

    Left and right limbs are measured together. Only frames whose foot is between the far and the near row are used: in
    others it may be in the air, and the upright height at its row is not known.
    """
    rows = interpolated(foot_rows(joints, foot))
    points = coordinates(joints) / stance.height_at(rows)[:, None, None]
    widths = points[:, LEFT_SHOULDER, 0] - points[:, RIGHT_SHOULDER, 0]  # negative from behind
    front = widths >= FRONT * max(0.0, np.percentile(np.nan_to_num(widths), LONGEST))
    points = points[front & (stance.far <= rows) & (rows <= stance.near)]
    return {limb: _length(points, [bone for bone in SKELETON if bone.limb == limb and bone.ends]) for limb in LIMBS}


def _length(points: np.ndarray, bones: list[Bone]) -> Length:
    """The length of the limb that ``bones`` make up, from front views (frames, 137, 2), NaN where not found."""
    lengths = np.stack([np.linalg.norm(points[:, bone.ends] - points[:, [bone.start]], axis=-1).mean(axis=1)
                        for bone in bones], axis=1)
    seen = lengths > 0  # False where it is NaN
    if not seen.any():
        return Length(0.0, 0.0, 0)
    length, longest = np.percentile(lengths[seen], (LENGTH, LONGEST))
    return Length(float(length), float(longest), int(seen.any(axis=1).sum()))


def fit_limbs(source: dict[str, Length], target: dict[str, Length]) -> dict[str, Limb]:
    """Both clips' lengths of every limb, and the ratio that gives the source's limb the target's length."""
    both = {limb: (source[limb], target[limb]) for limb in LIMBS}
    return {limb: Limb(a, b, b.length / a.length if a.known and b.known else 1.0) for limb, (a, b) in both.items()}


def limb_warnings(limbs: dict[str, Limb]) -> list[str]:
    """A sentence for every limb whose length one of the clips does not show."""
    warnings = []
    for name, limb in limbs.items():
        reasons = [
            f"it is foreshortened in most of the {clip}'s {length.frames} front views"
            if length.frames >= FEWEST
            else f"only {length.frames} front views of the {clip} show it"
            for clip, length in (("source", limb.source), ("target", limb.target))
            if not length.known
        ]
        if reasons:
            warnings.append(f"the {name} keeps the source's build: {' and '.join(reasons)}")
    return warnings


def put_on_limbs(joints: np.ndarray, limbs: dict[str, Limb], foot: str) -> np.ndarray:
    """Give a dance that was normalized by the feet, (frames, 137, 3), the target's limb lengths.

    Each joint goes to where its limb ends once that is as long as the target's. If the joint that it is attached to is
    missing, the next one towards the hips takes its place; if there is none, the joint stays. Then every frame is
    shifted so that the foot is in its row again, and the middle between the ankles in its column (with the lower
    ankle's column the dance would jump from step to step).
    Returns float32 (frames, 137, 3); joints not found are (0, 0, 0).
    """
    before = coordinates(joints)
    after = before.copy()
    for bone in SKELETON:
        for joint in bone.ends + bone.others:
            start, end = before[:, bone.start], before[:, joint]
            place = after[:, bone.start] + limbs[bone.limb].ratio * (end - start)
            after[:, joint] = np.where(np.isnan(start), end, place)
            lost = np.isnan(end[:, 0])  # from here on the bone's start takes its place
            before[lost, joint], after[lost, joint] = start[lost], after[lost, bone.start]
    result = keep_found(joints, *np.moveaxis(after, -1, 0))

    right = foot_columns(joints) - foot_columns(result)
    down = interpolated(foot_rows(joints, foot) - foot_rows(result, foot))
    return keep_found(joints, result[..., 0] + right[:, None], result[..., 1] + down[:, None])
