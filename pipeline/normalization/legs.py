"""Completing legs that a clip does not show: behind a caption, or below the picture's edge.

A dancer rendered without legs floats. Where the hips are seen and the person is upright, what is missing of a leg hangs
straight down from what is there, as long as the clip's own legs are elsewhere, or as the target's are in proportion,
and no lower than the floor.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.clips import layout
from pipeline.clips.layout import MID_HIP, NECK
from pipeline.normalization.feet import FULL_LENGTH, coordinates, foot_rows, interpolated, torso_length

UPRIGHT = 0.7  # of the torso's full length: so far above the hips the neck is in an upright person
FEWEST = 15  # frames that must show a limb for the clip's own length of it
LEGS = [
    tuple(getattr(layout, f"{side}_{joint}") for joint in ("HIP", "KNEE", "ANKLE", "HEEL", "BIG_TOE"))
    for side in ("LEFT", "RIGHT")
]


@dataclass(frozen=True)
class Build:
    """How long thigh and shin are, in lengths of the torso, and where heel and toe (2, 2) lie from the ankle."""

    thigh: float
    shin: float
    foot: np.ndarray


AVERAGE = Build(0.82, 0.8, np.array([[0.0, 0.05], [0.0, 0.15]]))  # of somebody who is never seen whole


def measure_build(joints: np.ndarray, otherwise: Build = AVERAGE) -> Build:
    """The build of somebody in smoothed joints (frames, 137, 3); ``otherwise``'s where too few frames show a limb."""
    points = coordinates(joints)
    torso = torso_length(points)
    if not torso:
        return otherwise

    def length(start: int, end: int, usual: float) -> float:
        lengths = np.concatenate([np.linalg.norm(points[:, leg[end]] - points[:, leg[start]], axis=1) for leg in LEGS])
        lengths = lengths[np.isfinite(lengths)]
        return float(np.percentile(lengths, FULL_LENGTH)) / torso if len(lengths) >= FEWEST else usual

    feet = np.concatenate([points[:, leg[3:]] - points[:, [leg[2]]] for leg in LEGS])
    feet = feet[np.isfinite(feet).all(axis=(1, 2))]
    foot = np.median(feet, axis=0) / torso if len(feet) >= FEWEST else otherwise.foot
    return Build(length(0, 1, otherwise.thigh), length(1, 2, otherwise.shin), foot)


def complete_legs(joints: np.ndarray, build: Build) -> tuple[np.ndarray, int]:
    """Complete the legs in smoothed joints (frames, 137, 3), those of one camera's view, by a ``build``.

    -> the joints, float32, and in how many frames something was added. A leg that is seen stays as it is.
    """
    points = coordinates(joints)
    completed, added = np.array(joints, np.float32), np.zeros(len(joints), bool)
    torso = torso_length(points)
    if not torso:
        return completed, 0
    upright = np.nan_to_num(points[:, MID_HIP, 1] - points[:, NECK, 1]) >= UPRIGHT * torso
    floor = _floor(joints, points, torso, build)
    for hip, knee, ankle, *foot in LEGS:
        seen = np.isfinite(points[:, (hip, knee, ankle, *foot), 0])
        missing = upright & seen[:, 0] & ~seen[:, 2]
        if not missing.any():
            continue
        # what is seen of a leg below what is not would be another's
        start = np.where(seen[:, [1]], points[:, knee], points[:, hip])
        hanging = torso * (build.shin + np.where(seen[:, 1], 0, build.thigh))
        end = np.stack([start[:, 0], np.minimum(start[:, 1] + hanging, floor)], axis=1)
        bend = start + (end - start) * (build.thigh / (build.thigh + build.shin))
        no_knee, confidence = missing & ~seen[:, 1], completed[missing, hip, 2]
        completed[no_knee, knee] = np.column_stack([bend[no_knee], completed[no_knee, hip, 2]])
        completed[missing, ankle] = np.column_stack([end[missing], confidence])
        for joint, offset in zip(foot, build.foot, strict=True):
            completed[missing, joint] = np.column_stack([end[missing] + torso * offset, confidence])
        added |= missing
    return completed, int(added.sum())


def _floor(joints: np.ndarray, points: np.ndarray, torso: float, build: Build) -> np.ndarray:
    """The floor's row in every frame, px: where feet are seen, theirs; if they never are, a standing person's."""
    rows = foot_rows(joints, "lowest")
    if np.isfinite(rows).any():
        return interpolated(rows)
    standing = float(np.nanmedian(points[:, MID_HIP, 1]))
    return np.full(len(joints), standing + torso * (build.thigh + build.shin))
