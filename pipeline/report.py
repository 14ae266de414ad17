"""Stage report: one page that shows the result and everything that was measured on the way."""

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
from pipeline.evaluation import registry
from pipeline.evaluation.measure import Plot
from pipeline.evaluation.paper_tables import CAVEAT, row_name, tables
from pipeline.evaluation.records import flat, plots, unmeasured
from pipeline.evaluation.summary import numbers, verdict
from pipeline.evaluation.truth import TruthClip
from pipeline.params import Params, load_params
from pipeline.reporting.charts import Chart, novelty_over
from pipeline.reporting.delivered import REGION, delivered_charts, delivered_frames, delivered_section, read_table
from pipeline.reporting.page import render_page
from pipeline.reporting.pictures import picture_uri
from pipeline.reporting.player import MAILED, places, player, worst_frames
from pipeline.reporting.provenance import provenance
from pipeline.reporting.strip import Strip, write_strip
from pipeline.reporting.training import training_sections
from pipeline.runtime.files import atomic, read_json
from pipeline.user.cli import minutes_by_stage, run
from pipeline.video.encode import SYNTHETIC

TRAINING = paths.BODY_LOG, paths.FACE_LOG
PARTS = ("body", "face", "left_hand", "right_hand")


def report(params: Params, strips: dict[str, Strip]) -> str:
    """The page as HTML: players, scores against the truth and beside the paper's, pictures, poses, training.

    strips: of every source, and "" for the held-out frames. Raises UserError if a file that a stage should have made is
    missing.
    """
    metrics, names = read_json(paths.METRICS), list(params.sources)
    lpips, run_name = registry.lpips_in(flat(metrics)), row_name(params.train, params.face)
    target = read_json(paths.frames("target").with_suffix(".json"))
    inside = sum(strip.path.stat().st_size for strip in strips.values()) <= MAILED
    players = {name: source_player(params, name, strips[name], metrics, inside) for name in names}
    return render_page(
        "page.html",
        run=run_name,
        size=f"{target['width']}x{target['height']}",
        synthetic=SYNTHETIC,
        verdict=verdict(metrics),
        numbers=numbers(metrics),
        sources=[source_section(name) for name in names],
        players=players | {"": held_out_player(params, strips[""], lpips, inside)},
        transfers={name: delivered_section(name, scores) for name, scores in metrics.get("transfer", {}).items()},
        metrics=metrics,
        tables=tables(metrics, run_name),
        caveat=CAVEAT,
        lpips_note=lpips_note(lpips),
        measures=registry.of_held_out(lpips),
        unmeasured=unmeasured(metrics),
        frames=picture_uri(paths.HELD_OUT_PICTURE),
        parts=PARTS,
        background=picture_uri(paths.BACKGROUND_PICTURE),
        clips=[clip_section(name) for name in ("target", *names)],
        phases=[phase for log in TRAINING for phase in training_sections(log)],
        provenance=provenance(params),
    )


def lpips_note(lpips: str) -> str:
    """Which variant of LPIPS was measured, if it is not the paper's. lpips: its name, like ``lpips_alex``."""
    if lpips == registry.PAPERS_LPIPS:
        return ""
    note = f"{lpips} is LPIPS over another network than the paper's, on a scale of its own"
    return note + (", with untrained (uniform) weights." if "efficientnet" in lpips else ".")


def clip_section(name: str) -> dict[str, Any]:
    """How often the detector found each part of the person in a clip."""
    return {"name": name, **read_json(paths.poses(name).with_suffix(".json"))}


def source_section(name: str) -> dict[str, Any]:
    """A source's normalization."""
    fit = read_json(paths.normalized(name).with_suffix(".json"))
    return {"name": name, "fit": fit, "plot": picture_uri(paths.normalization_plot(name))}


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
    lpips = next(measure for measure in delivered_section(name, scores)["measures"] if not measure.higher_is_better)
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


def main() -> None:
    params = load_params()
    names = list(params.sources)
    strips = {name: source_strip(params, name) for name in names} | {"": held_out_strip()}
    html = report(params, strips)
    with atomic(paths.PAGE) as partial:
        partial.write_text(html)

    for name in names:
        print(f"video: {paths.video(name)}, beside the source and the pose: {paths.side_by_side(name)}")
    print(f"metrics: {paths.SUMMARY}, all of them {paths.METRICS}, by frame {paths.PER_FRAME}")
    pictures = paths.BACKGROUND_PICTURE, paths.HELD_OUT_PICTURE, *TRAINING, *map(paths.normalization_plot, names)
    print(f"pictures: {', '.join(map(str, pictures))}")
    minutes = minutes_by_stage(["target", *names])
    minutes.pop("report", None)  # its last run's, since this one has not ended
    if minutes:
        parts = ", ".join(f"{stage} {each:.1f}" for stage, each in minutes.items())
        print(f"minutes, when each stage last ran here: {parts}; together {sum(minutes.values()):.1f}")
    print(verdict(read_json(paths.METRICS)))
    print(f"all of it on one page: {paths.PAGE}, {paths.PAGE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    run(main)
