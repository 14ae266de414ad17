"""The paper's tables with a run's own row beneath them ("Everybody Dance Now", Tables 1 to 4)."""

from dataclasses import dataclass
from typing import Any

from pipeline.params import Face, Train

Values = dict[str, float]

ROWS = ("pix2pixHD", "T.S.", "T.S. + Face")
CROP_COLUMNS = {"SSIM": "ssim", "LPIPS alex": "lpips_alex"}
BODY = ((0.89564, 0.03189), (0.89597, 0.03137), (0.89807, 0.03066))
FACE = ((0.81374, 0.03731), (0.8177, 0.03662), (0.83046, 0.03304))
JOINT_COLUMNS = {
    "body (23)": "body",
    "face (70)": "face",
    "hands (2 x 21)": "hands",
    "overall (135)": "overall",
}
POSE_DISTANCE = (
    (2.39352, 1.1872, 3.86359, 2.0781),
    (2.63446, 1.14348, 3.76056, 2.06884),
    (2.56743, 0.91636, 3.29771, 1.92704),
)
MISSED_DETECTIONS = (
    (0.17864, 0.77796, 1.67584, 2.63244),
    (0.15989, 0.56318, 1.76016, 2.48323),
    (0.15578, 0.47392, 1.66366, 2.29336),
)

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
        "plate": train.background == "plate",
        "resize": train.generator.upsampling == "resize",
        "skips": train.generator.skips,
        "averaged weights": train.ema > 0,
    }
    added = ", ".join(what for what, there in beyond.items() if there)
    return f"{name} with {added}" if added else name


def tables(metrics: dict[str, Any], name: str) -> list[Table]:
    """The four tables: the paper's three rows, then this run's, which is ``name`` (:func:`row_name`).

    metrics: nested as in ``reports/metrics.json``; what is missing there is None here. LPIPS by another
    network than the paper's AlexNet has a column of its own, as the two are on different scales.
    """
    run = f"this run ({name})"
    return [
        _table("Body crop", CROP_COLUMNS, BODY, run, metrics.get("body", {})),
        _table("Face crop", CROP_COLUMNS, FACE, run, metrics.get("face", {})),
        _table("Pose distance, px", JOINT_COLUMNS, POSE_DISTANCE, run, metrics.get("pose_distance", {})),
        _table("Missed detections per image", JOINT_COLUMNS, MISSED_DETECTIONS, run,
               metrics.get("missed_detections", {})),
    ]  # fmt: skip


def as_text(table: Table) -> str:
    """The table in plain text, columns aligned, "-" where there is no value."""
    cells = [[table.title, *table.columns]]
    cells += [
        [name, *("-" if value is None else f"{value:.5f}" for value in values)] for name, values in table.rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = [[row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])] for row in cells]
    return "\n".join("  ".join(line) for line in lines)


def _table(title: str, columns: dict[str, str], paper: tuple, run: str, values: Values) -> Table:
    columns = columns | {key: key for key in values if key not in columns.values()}
    rows = [(name, [*row, *[None] * (len(columns) - len(row))]) for name, row in zip(ROWS, paper)]
    return Table(title, list(columns), [*rows, (run, [values.get(key) for key in columns.values()])])
