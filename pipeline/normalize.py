"""Stage normalize: a source's poses, moved and scaled to where the target person would stand.

    python -m pipeline.normalize <source>

Reads data/background/poses.parquet and data/poses/<source>.parquet and smooths both; fits the one to the other over all
their frames, by the feet and, for the target's build, by the lengths of the limbs.
Writes data/normalized/<source>.parquet (poses in the target's picture, at the source's times), the fit
beside it as JSON, and reports/normalize/<source>.png to judge it by.
"""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.clips import paths
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.normalization.feet import (
    FeetFit,
    fit_feet,
    measure,
    normalize_feet,
    place_sideways,
    place_whole_picture,
    share_outside,
)
from pipeline.normalization.hands import carry_hands
from pipeline.normalization.limbs import fit_limbs, limb_warnings, measure_limbs, put_on_limbs
from pipeline.normalization.plot import plot_normalization
from pipeline.params import Normalize, Pose, load_params
from pipeline.pose.smoothing import smooth
from pipeline.runtime.files import write_json
from pipeline.user.cli import run

OFTEN_OUTSIDE = 0.05  # share of frames with joints outside the target's picture; above it there is a warning


def normalize(
    name: str, source: PoseTrack[np.ndarray], target: PoseTrack[np.ndarray], params: Normalize
) -> tuple[np.ndarray, FeetFit | None, dict]:
    """Put the smoothed ``source``, the clip called ``name``, into the picture of the smoothed ``target``.

    Returns the joints, float32 (frames, 137, 3), the fit (None for method ``none``) and what goes into the JSON file:
    what was measured and decided, and warnings. Raises UserError if a clip never shows ankles and nose together.
    """
    summary: dict[str, Any] = {"method": params.method, "foot": params.foot, "alpha": params.alpha, "carried": {}}
    poses = source.joints
    if params.carry_hands:
        poses, summary["carried"] = carry_hands(poses)
    fit: FeetFit | None = None
    warnings: list[str] = []
    if params.method == "none":
        sizes = (source.width, source.height), (target.width, target.height)
        joints = place_whole_picture(poses, *sizes)
    else:
        fit = fit_feet(*(measure(track.joints, params.foot, params.alpha, clip)
                         for track, clip in ((source, name), (target, "target"))))
        joints = normalize_feet(poses, fit, params.foot, source.width, target.width)
        if params.method == "limbs":
            limbs = fit_limbs(*(measure_limbs(track.joints, stance, params.foot)
                                for track, stance in ((source, fit.source), (target, fit.target))))
            joints = put_on_limbs(joints, limbs, params.foot)
            summary["limbs"] = {limb: asdict(measured) for limb, measured in limbs.items()}
        joints, shift, steps = place_sideways(joints, target.joints, target.width)
        summary |= asdict(fit) | {"shift": shift, "steps": steps}
        warnings = summary.pop("warnings")
        if params.method == "limbs":
            warnings += limb_warnings(limbs)
        if steps < 1:
            warnings.append("the dance is too wide for the target's picture: steps to the side are "
                            f"{steps:.0%} as long as they should be")
    outside = share_outside(joints, target.width, target.height)
    if outside > OFTEN_OUTSIDE:
        warnings.append(f"parts of the dancer leave the target's picture in {outside:.0%} of the frames")
    return joints, fit, summary | {"outside": outside, "warnings": warnings}


def load_smoothed(poses: Path, frames: Path, pose: Pose) -> PoseTrack[np.ndarray]:
    """The poses in a file, smoothed. frames: those in which they were found, which tell where cuts are."""
    track = read_track(poses)
    return track.with_joints(smooth(track.joints, pose, FrameStore(frames).shots))


def main(name: str) -> None:
    params = load_params()
    params.source(name)
    source, target = (
        load_smoothed(poses, paths.frames(clip), params.pose)
        for poses, clip in ((paths.poses(name), name), (paths.STABLE_POSES, "target"))
    )
    joints, fit, summary = normalize(name, source, target, params.normalize)

    path, picture = paths.normalized(name), paths.normalization_plot(name)
    result = PoseTrack(joints, source.times, source.fps, target.width, target.height, source.detector)
    write_track(path, result)
    write_json(path.with_suffix(".json"), summary)
    stances = (fit.source, fit.target) if fit else None
    ratios = {limb: measured["ratio"] for limb, measured in summary.get("limbs", {}).items()}
    plot_normalization(picture, source, target, result, stances, ratios, params.normalize.foot)

    for warning in summary["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    for hand, frames in summary["carried"].items():
        if frames:
            print(f"{hand.replace('_', ' ')} carried along by the forearm in {frames} of {len(source)} frames")
    if fit:
        print(f"scale {fit.scale_far:.3f} (far) to {fit.scale_near:.3f} (near), moved sideways by "
              f"{summary['shift']:+.1f} px")
    print(f"{path}: {len(result)} poses in the target's picture of {target.width}x{target.height} px; "
          f"fit in {path.with_suffix('.json')}; look at {picture}")


if __name__ == "__main__":
    run(main, "source")
