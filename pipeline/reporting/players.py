"""The page's players: which pictures of which stages play, what can be zoomed to, what was measured of each frame."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.clips import paths
from pipeline.clips.camera import camera_path, read_camera
from pipeline.clips.layout import found_only
from pipeline.clips.store import FrameStore
from pipeline.clips.track import read_track
from pipeline.clips.warp import move_joints
from pipeline.evaluation.against_truth import measures_of
from pipeline.evaluation.measure import Plot
from pipeline.evaluation.records import plots
from pipeline.evaluation.truth import TruthClip
from pipeline.params import Params
from pipeline.reporting.charts import Chart, novelty_over
from pipeline.reporting.delivered import REGION, delivered_charts, delivered_frames, read_table
from pipeline.reporting.player import places, player, worst_frames
from pipeline.reporting.strip import Strip, write_strip
from pipeline.runtime.files import read_json


def source_strip(params: Params, name: str) -> Strip:
    """Source, pose, result and, if there is one, the truth, as a small video."""
    target, truth = FrameStore(paths.frames("target")), params.source(name).truth
    clip = TruthClip(Path(truth), target.width, target.height) if truth else None
    sound = paths.video(name) if read_json(paths.frames(name).with_suffix(".json"))["sound"] else None
    return write_strip(paths.player(name), paths.side_by_side(name), ("source", "pose", "result"), target.width,
                       target.height, read_track(paths.normalized(name)).fps, clip, sound)


def held_out_strip() -> Strip:
    """The held-out frames: real, pose and generated."""
    target = FrameStore(paths.frames("target"))
    return write_strip(paths.HELD_OUT_STRIP, paths.HELD_OUT_VIDEO, ("real", "pose", "generated"), target.width,
                       target.height, target.fps)


def source_player(params: Params, name: str, strip: Strip, metrics: dict[str, Any], inside: bool) -> dict[str, Any]:
    """The player of a source, with curves and the worst frames if its truth is known."""
    target, source, shots = FrameStore(paths.frames("target")), read_track(paths.poses(name)), _shots(name)
    normalized = read_track(paths.normalized(name))
    cameras = camera_path(read_camera(paths.CAMERA, target), params.transfer.camera, len(normalized))
    fps, seen = float(strip.fps), move_joints(normalized.joints, np.linalg.inv(cameras))
    zooms = {
        "source": places(found_only(source.joints, params.pose.min_confidence), shots, fps, source.width,
                         source.height),
        "": places(seen, shots, fps, target.width, target.height),
    }
    charts, scores = [novelty_of(name)], metrics.get("transfer", {}).get(name)
    if scores is None:
        worst = worst_frames(range(strip.frames), charts[0].curves["distance"], fps, False)
        return player(strip, zooms, charts, worst, "result", "poses unlike any that the target shows", inside)
    frames = delivered_frames(name)
    lpips = next(measure for measure in measures_of(scores) if not measure.higher_is_better)
    worst = worst_frames(frames["frame"].tolist(), frames[f"{REGION}.{lpips.name}"].tolist(), fps, False)
    return player(strip, zooms, [*delivered_charts(frames, scores), *charts], worst, "result",
                  f"of those measured; person against the truth, {lpips.column}", inside)


def novelty_of(name: str) -> Chart:
    """How unlike each pose of a source is to any that the target shows."""
    table = read_table(paths.NOVELTY)
    table = table[table["source"] == name]
    return novelty_over(table["frame"].tolist(), "frame", table["novelty"].tolist())


def held_out_player(params: Params, strip: Strip, lpips: str, inside: bool) -> dict[str, Any]:
    """The player of the held-out frames, with what was measured of each."""
    target = FrameStore(paths.frames("target"))
    charts = [held_out_chart(plot) for plot in plots(lpips)]
    first = len(target) - strip.frames
    joints = found_only(read_track(paths.poses("target")).joints[first:], params.pose.min_confidence)
    zooms = {"": places(joints, _shots("target")[first:], float(strip.fps), target.width, target.height)}
    table = read_table(paths.PER_FRAME)
    worst = worst_frames((table["frame"] - first).tolist(), table[f"body.{lpips}"].tolist(), float(strip.fps), False)
    return player(strip, zooms, charts, worst, "generated", f"body, {lpips.replace('_', ' ')}", inside)


def held_out_chart(plot: Plot) -> Chart:
    """A chart of what evaluate measured by frame, counted from the first held-out one."""
    table = pd.DataFrame(read_json(paths.PLOTS / f"{plot.name}.json")).astype("float64")
    frames = (table["frame"] - table["frame"].min()).tolist()
    return Chart(plot.title, "frame", frames, {name: table[name].tolist() for name in table if name != "frame"})


def _shots(clip: str) -> np.ndarray:
    return FrameStore(paths.frames(clip)).shots
