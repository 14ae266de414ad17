"""From one record a frame to the table, the plots and the numbers of a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.evaluation.joint_groups import GROUPS
from pipeline.runtime.files import atomic

TEMPORAL = ("flicker", "flicker_real", "difference_error", "warp_error", "warp_error_real")

Record = dict[str, float | None]  # "frame", "time" and "group.measure" -> value; None or absent: has none


def plots(lpips: str) -> dict[str, dict[str, str]]:
    """What is measured, plot by plot: ``{"ssim": {"body": "body.ssim", ...}, ...}``: legend -> measure.

    lpips: the name under which LPIPS goes, ``lpips_<net>``.
    """
    return {
        "ssim": {crop: f"{crop}.ssim" for crop in ("body", "face")},
        "lpips": {crop: f"{crop}.{lpips}" for crop in ("body", "face")},
        "pose_distance": {group: f"pose_distance.{group}" for group in GROUPS},
        "missed_detections": {group: f"missed_detections.{group}" for group in GROUPS},
        "temporal": {name: f"temporal.{name}" for name in TEMPORAL},
    }


def to_table(records: Sequence[Record], lpips: str) -> pd.DataFrame:
    """A row a frame: frame, time (s) and every measure in float64, NaN where the frame has none."""
    measures = sorted(measure for columns in plots(lpips).values() for measure in columns.values())
    table = pd.DataFrame(records, columns=["frame", "time", *measures])
    return table.astype({measure: "float64" for measure in measures})


def summarize(table: pd.DataFrame) -> dict[str, Any]:
    """Nested metrics: the mean of every measure over the frames that have it, and ``frames.…``: how many do.

    A measure that no frame has is left out; its count says 0.
    """
    means = {name: float(column.mean()) for name, column in table.drop(columns=["frame", "time"]).items()}
    counted = {
        "body": "body.ssim",
        "face": "face.ssim",
        "pairs": "temporal.difference_error",
        **{f"pose_distance.{group}": f"pose_distance.{group}" for group in GROUPS},
    }
    counts = {f"frames.{name}": int(table[measure].count()) for name, measure in counted.items()}
    present = {name: mean for name, mean in means.items() if table[name].count()}
    return nested({"frames.held_out": len(table), **counts, **present})


def unmeasured(metrics: dict[str, Any]) -> list[str]:
    """A sentence for each part of :func:`summarize`'s metrics that no frame could give."""
    frames = metrics["frames"]
    sentences = [
        f"{crop} crop: no held-out frame's input pose shows a {crop} large enough to compare"
        for crop in ("body", "face")
        if not frames[crop]
    ]
    if not frames["pairs"]:
        sentences.append("temporal: no two held-out frames follow one another")
    groups = [group for group, count in frames["pose_distance"].items() if not count]
    if groups:
        sentences.append(
            f"pose distance of {', '.join(groups)}: in no held-out frame did the detector find such a "
            "joint in both the real and the generated picture"
        )
    return sentences


def write_plots(folder: Path, table: pd.DataFrame, lpips: str) -> None:
    """One JSON a plot in ``folder`` for ``dvc plots``: a record a frame, null where it has no value.

    JSON, since ``dvc plots`` draws the empty cells of a CSV as zeros: often the best score there is.
    """
    for plot, columns in plots(lpips).items():
        curves = table[["frame", *columns.values()]].set_axis(["frame", *columns], axis=1)
        with atomic(folder / f"{plot}.json") as partial:
            curves.to_json(partial, orient="records", double_precision=6, indent=2)


def prefixed(group: str, values: Record) -> Record:
    """``{"body": 1}`` of ``group`` -> ``{"group.body": 1}``."""
    return {f"{group}.{key}": value for key, value in values.items()}


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """``{"body.ssim": 1}`` -> ``{"body": {"ssim": 1}}``, groups and names sorted."""
    tree: dict[str, Any] = {}
    for key in sorted(flat):
        *groups, name = key.split(".")
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[name] = flat[key]
    return tree
