"""Stage normalize: a source's poses, moved and scaled to where the target person would stand.

    python -m pipeline.normalize <source>

Reads data/background/poses.parquet and data/poses/<source>.parquet and smooths both; fits the one to the other over all
their frames, by the feet and, for the target's build, by the lengths of the limbs.
Writes data/normalized/<source>.parquet (poses in the target's picture, at the source's times), the fit
beside it as JSON, and reports/normalize/<source>.png to judge it by.
"""

import sys
from typing import Any

import numpy as np

from pipeline.clips import paths
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.normalization.feet import FeetFit, place_whole_picture, share_outside
from pipeline.normalization.fitting import fit_view
from pipeline.normalization.gaps import bridge_gaps
from pipeline.normalization.hands import carry_hands
from pipeline.normalization.plot import plot_normalization
from pipeline.normalization.views import views_of
from pipeline.params import Normalize, load_params
from pipeline.pose.smoothing import smooth_track
from pipeline.runtime.files import write_json
from pipeline.user.cli import UserError, run

OFTEN_OUTSIDE = 0.05  # share of frames with joints outside the target's picture; above it there is a warning
OF_VIEW = "scale_far", "scale_near", "shift", "steps", "completed_legs"  # what is told of each
LONGEST_GAP = 1  # s without anybody that are bridged


def normalize(
    name: str, source: PoseTrack[np.ndarray], target: PoseTrack[np.ndarray], params: Normalize, shots: np.ndarray
) -> tuple[np.ndarray, FeetFit | None, dict]:
    """Put the smoothed ``source``, the clip called ``name``, into the picture of the smoothed ``target``.

    shots: of the source, int (frames,), another number after every cut; those of one view are fitted together. Returns
    the joints, float32 (frames, 137, 3), the fit of the view of most frames (None for method ``none``) and what goes
    into the JSON file: what was measured and decided, and warnings. Raises UserError if that view never shows ankles
    and nose together.
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
        view = views_of(poses, shots)
        most = fit_view(name, poses[view == 0], target, source.width, params)
        joints = np.zeros_like(poses)
        summary["views"] = []
        for number in range(view.max() + 1):
            part = view == number
            where = {"shots": np.unique(shots[part]).tolist(), "frames": int(part.sum())}
            try:
                of_view = fit_view(name, poses[part], target, source.width, params, most) if number else most
            except UserError:
                warnings.append(f"shots {where['shots']}, {part.sum()} frames, show no whole person: they have no pose")
                continue
            joints[part] = of_view.joints
            summary["views"].append(where | {key: of_view.summary[key] for key in OF_VIEW})
            warnings += of_view.warnings if number == 0 else [f"shots {where['shots']}: {w}" for w in of_view.warnings]
        fit = most.fit
        summary |= most.summary
    outside = share_outside(joints, target.width, target.height)
    if outside > OFTEN_OUTSIDE:
        warnings.append(f"parts of the dancer leave the target's picture in {outside:.0%} of the frames")
    return joints, fit, summary | {"outside": outside, "warnings": warnings}


def main(name: str) -> None:
    params = load_params()
    method = params.source(name).normalize or params.normalize.method
    frames = FrameStore(paths.frames(name))
    shots = frames.shots
    source = smooth_track(read_track(paths.poses(name)), frames, params.pose)
    target = smooth_track(read_track(paths.STABLE_POSES), FrameStore(paths.frames("target")), params.pose)
    how = params.normalize.model_copy(update={"method": method})
    joints, fit, summary = normalize(name, source, target, how, shots)
    joints, bridged = bridge_gaps(joints, shots, round(LONGEST_GAP * source.fps))  # after the fit, which trusts poses
    summary["bridged"] = bridged

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
    if bridged:
        print(f"in {bridged} of {len(source)} frames nobody was found for at most {LONGEST_GAP} s: the dancer is led "
              "through them from the last to the next pose")
    for view in summary.get("views", []):
        which = f"shots {', '.join(map(str, view['shots']))}: " if len(summary["views"]) > 1 else ""
        print(f"{which}scale {view['scale_far']:.3f} (far) to {view['scale_near']:.3f} (near), moved sideways by "
              f"{view['shift']:+.1f} px")
    print(f"{path}: {len(result)} poses in the target's picture of {target.width}x{target.height} px; "
          f"fit in {path.with_suffix('.json')}; look at {picture}")


if __name__ == "__main__":
    run(main, "source")
