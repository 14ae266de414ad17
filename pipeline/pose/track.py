"""A clip's poses and their Parquet file."""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.cli import UserError
from pipeline.files import atomic
from pipeline.pose.layout import NUM_JOINTS, PARTS

LAYOUT = "BODY_25+FACE_70+HAND_21x2"


@dataclass(frozen=True)
class PoseTrack:
    """The poses of one clip, one for each stored frame.

    joints: float32 (frames, 137, 3), see :mod:`pipeline.pose.layout`; pixels of a ``width`` x ``height`` picture.
    times: float64 (frames,), seconds. fps: frames per second. detector: name and version.
    """

    joints: np.ndarray
    times: np.ndarray
    fps: Fraction
    width: int
    height: int
    detector: str

    def __len__(self) -> int:
        return len(self.joints)

    def with_joints(self, joints: np.ndarray) -> "PoseTrack":
        """The same clip with other joints, float32 (frames, 137, 3)."""
        return replace(self, joints=joints.astype(np.float32))


def write_track(path: Path, track: PoseTrack) -> None:
    """Write one row a frame: frame int32, time float64, and a fixed-size list of (x, y, confidence) a part."""
    columns = {
        "frame": pa.array(np.arange(len(track), dtype=np.int32)),
        "time": pa.array(track.times.astype(np.float64)),
    }
    for part, joints in PARTS.items():
        values = np.ascontiguousarray(track.joints[:, joints], dtype=np.float32)
        columns[part] = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values[0].size)
    metadata = {
        "layout": LAYOUT,
        "detector": track.detector,
        "width": str(track.width),
        "height": str(track.height),
        "fps": str(track.fps),
    }
    table = pa.table(columns).replace_schema_metadata(metadata)
    with atomic(path) as partial:
        pq.write_table(table, partial, compression="zstd")


def read_track(path: Path) -> PoseTrack:
    """Read what :func:`write_track` wrote. Raises UserError if the file is missing or is something else."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the stage that makes it, first")
    try:
        table = pq.read_table(path)
        metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
        if metadata.get("layout") != LAYOUT:
            raise UserError(f"{path} holds joints of layout {metadata.get('layout')!r}, expected {LAYOUT!r}")
        joints = np.empty((table.num_rows, NUM_JOINTS, 3), np.float32)
        for part, span in PARTS.items():
            values = table[part].combine_chunks().flatten().to_numpy()
            joints[:, span] = values.reshape(table.num_rows, -1, 3)
    except (pa.ArrowInvalid, KeyError) as error:
        raise UserError(f"{path} is not a pose file of this project ({error}); delete it and run `dvc repro`") from None
    return PoseTrack(
        joints=joints,
        times=table["time"].to_numpy(),
        fps=Fraction(metadata["fps"]),
        width=int(metadata["width"]),
        height=int(metadata["height"]),
        detector=metadata["detector"],
    )
