"""The paper's tables ("Everybody Dance Now", Tables 1 to 4) with a run's own row beneath, and what goes beyond them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.evaluation import registry
from pipeline.evaluation.records import flat
from pipeline.params import Face, Train

ROWS = ("pix2pixHD", "T.S.", "T.S. + Face")
JOINTS = {"body (23)": "body", "face (70)": "face", "hands (2 x 21)": "hands", "overall (135)": "overall"}
# The paper's Tables 1 to 4: title -> headings and keys of the columns, a tuple of values for each of ROWS.
PAPER = {
    "Body crop": (
        {"SSIM": "body.ssim", "LPIPS alex": "body.lpips_alex"},
        ((0.89564, 0.03189), (0.89597, 0.03137), (0.89807, 0.03066)),
    ),
    "Face crop": (
        {"SSIM": "face.ssim", "LPIPS alex": "face.lpips_alex"},
        ((0.81374, 0.03731), (0.8177, 0.03662), (0.83046, 0.03304)),
    ),
    "Pose distance, px": (
        {heading: f"pose_distance.{group}" for heading, group in JOINTS.items()},
        (
            (2.39352, 1.1872, 3.86359, 2.0781),
            (2.63446, 1.14348, 3.76056, 2.06884),
            (2.56743, 0.91636, 3.29771, 1.92704),
        ),
    ),
    "Missed detections per image": (
        {heading: f"missed_detections.{group}" for heading, group in JOINTS.items()},
        (
            (0.17864, 0.77796, 1.67584, 2.63244),
            (0.15989, 0.56318, 1.76016, 2.48323),
            (0.15578, 0.47392, 1.66366, 2.29336),
        ),
    ),
}

CAVEAT = (
    "These do not compare with the paper's rows, which are means over its own dancers with its own larger "
    "networks and training at 1024x512, pose detection by OpenPose: this clip, the network, its training, "
    "the size and the detector are others. Compare runs on the same clip at the same size."
)


@dataclass(frozen=True)
class Table:
    """A table: its title, the columns' headings, and rows of (name, one value or None a column)."""

    title: str
    columns: list[str]
    rows: list[tuple[str, list[float | None]]]


def row_name(train: Train, face: Face) -> str:
    """Which row of the paper's tables a run is, and what its generator has that the paper's has not.

    Without smoothing but with a face it is none of the three rows.
    """
    name = ("T.S." if train.temporal_smoothing else "pix2pixHD") + (" + Face" if face.enabled else "")
    beyond = {
        "person's window": train.window == "person",
        "plate": train.background == "plate",
        "references": train.references != "none",
        "resize": train.generator.upsampling == "resize",
        "skips": train.generator.skips,
        "averaged weights": train.ema > 0,
    }
    added = ", ".join(what for what, there in beyond.items() if there)
    return f"{name} with {added}" if added else name


def tables(metrics: Mapping[str, Any], name: str) -> list[Table]:
    """The paper's four tables, its three rows and then this run's, which is ``name`` (:func:`row_name`); then others.

    metrics: nested as in ``reports/metrics.json``; what the paper has and they have not is None here. What measures
    declare beyond the paper has columns, or tables without the paper's rows, of its own if the run has it: so LPIPS by
    another network than the paper's AlexNet, as the two are on different scales.
    """
    values = flat(metrics)
    columns = {title: dict(columns) for title, (columns, _) in PAPER.items()}
    for value in registry.held_out_values(registry.lpips_in(values)):
        headings = columns.get(value.table, {})
        if value.key in values and value.key not in headings.values():
            columns[value.table] = headings | {value.column: value.key}
    return [_table(title, keys, values, f"this run ({name})") for title, keys in columns.items()]


def as_text(table: Table) -> str:
    """The table in plain text, columns aligned, "-" where there is no value."""
    cells = [[table.title, *table.columns]]
    cells += [
        [name, *("-" if value is None else f"{value:.5f}" for value in values)] for name, values in table.rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [[row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in cells]
    return "\n".join("  ".join(line) for line in lines)


def _table(title: str, keys: Mapping[str, str], values: Mapping[str, float], run: str) -> Table:
    """keys: by heading, the paper's first."""
    _, paper = PAPER.get(title, ({}, ()))  # no rows in a table that the paper has not
    rows = [(name, [*row, *[None] * (len(keys) - len(row))]) for name, row in zip(ROWS, paper, strict=False)]
    return Table(title, list(keys), [*rows, (run, [values.get(key) for key in keys.values()])])
