"""One view of a source fitted to the target: legs completed, feet, limbs, and the place sideways."""

from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from pipeline.clips.track import PoseTrack
from pipeline.normalization.feet import FeetFit, fit_feet, measure, normalize_feet, place_sideways
from pipeline.normalization.legs import complete_legs, measure_build
from pipeline.normalization.limbs import Limb, fit_limbs, limb_warnings, measure_limbs, put_on_limbs
from pipeline.params import Normalize

MANY_LEGS = 0.1  # share of frames whose legs are not seen; above it there is a warning


class Fitted(NamedTuple):
    """One view's joints in the target's picture, how they came there, and what to tell of it."""

    joints: np.ndarray
    fit: FeetFit
    limbs: dict[str, Limb] | None
    summary: dict[str, Any]
    warnings: list[str]


def fit_view(
    name: str, poses: np.ndarray, target: PoseTrack[np.ndarray], width: int, params: Normalize,
    main: Fitted | None = None,
) -> Fitted:
    """Fit one view of the clip called ``name``, joints (frames, 137, 3) in a picture ``width`` px wide.

    main: the view of most frames, whose build is taken where this one does not show it. Raises UserError if the view
    never shows ankles and nose together.
    """
    build = measure_build(poses, measure_build(target.joints))
    poses, completed = complete_legs(poses, build)
    source = measure(poses, params.foot, params.alpha, name)
    fit = fit_feet(source, measure(target.joints, params.foot, params.alpha, "target"), params.method == "limbs")
    joints = normalize_feet(poses, fit, params.foot, width, target.width)
    summary: dict[str, Any] = {}
    warnings = list(fit.warnings)
    limbs = None
    if params.method == "limbs":
        limbs = fit_limbs(*(measure_limbs(track, stance, params.foot)
                            for track, stance in ((poses, fit.source), (target.joints, fit.target))))
        if main is not None and main.limbs is not None:
            limbs = {limb: each if each.known else main.limbs[limb] for limb, each in limbs.items()}
        joints = put_on_limbs(joints, limbs, params.foot)
        summary["limbs"] = {limb: asdict(measured) for limb, measured in limbs.items()}
    joints, shift, steps = place_sideways(joints, target.joints, target.width)
    summary |= asdict(fit) | {"shift": shift, "steps": steps, "completed_legs": completed}
    del summary["warnings"]
    if limbs is not None and main is None:
        warnings += limb_warnings(limbs)
    if completed > MANY_LEGS * len(poses):
        warnings.append(f"legs are not seen in {completed} of {len(poses)} frames: there they hang straight down to "
                        "the floor")
    if steps < 1:
        warnings.append("the dance is too wide for the target's picture: steps to the side are "
                        f"{steps:.0%} as long as they should be")
    return Fitted(joints, fit, limbs, summary, warnings)
