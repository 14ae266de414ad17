"""A clip's poses and their Parquet file."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.clips.layout import BODY, NUM_JOINTS, PARTS, found_joints
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError

LAYOUT = "BODY_25+FACE_70+HAND_21x2"
GROUP = 1024  # frames a row group
BLOCK = 1024  # frames looked at together, however long the clip


class Joints(Protocol):
    """float32 (frames, 137, 3), see :mod:`pipeline.clips.layout`: an array, or what reads its frames when asked."""

    def __len__(self) -> int: ...

    def __getitem__(self, which: slice, /) -> np.ndarray: ...


AnyJoints = TypeVar("AnyJoints", bound=Joints, covariant=True)


@dataclass(frozen=True)
class PoseTrack(Generic[AnyJoints]):
    """The poses of one clip, one for each stored frame.

    joints: pixels of a ``width`` x ``height`` picture; an array unless :func:`open_track` made the track.
    times: float64 (frames,), seconds. fps: frames per second. detector: name and version.
    """

    joints: AnyJoints
    times: np.ndarray
    fps: Fraction
    width: int
    height: int
    detector: str

    def __len__(self) -> int:
        return len(self.joints)

    def with_joints(self, joints: np.ndarray) -> "PoseTrack[np.ndarray]":
        """The same clip with other joints, float32 (frames, 137, 3)."""
        return PoseTrack(joints.astype(np.float32), self.times, self.fps, self.width, self.height, self.detector)


def write_track(path: Path, track: PoseTrack) -> None:
    """Write one row a frame: frame int32, time float64, and a fixed-size list of (x, y, confidence) a part.

    One row group after another, so that memory does not grow with the clip if the joints are in a file.
    """
    metadata = {
        "layout": LAYOUT,
        "detector": track.detector,
        "width": str(track.width),
        "height": str(track.height),
        "fps": str(track.fps),
    }
    lists = [(part, pa.list_(pa.float32(), 3 * (span.stop - span.start))) for part, span in PARTS.items()]
    schema = pa.schema([("frame", pa.int32()), ("time", pa.float64()), *lists], metadata)
    with atomic(path) as partial, pq.ParquetWriter(partial, schema, compression="zstd") as file:
        for start in range(0, len(track), GROUP):
            joints = track.joints[start : start + GROUP]
            columns = [np.arange(start, start + len(joints), dtype=np.int32), track.times[start : start + GROUP]]
            for part, span in PARTS.items():
                values = np.ascontiguousarray(joints[:, span], np.float32).reshape(-1)
                columns.append(pa.FixedSizeListArray.from_arrays(pa.array(values), type=schema.field(part).type))
            file.write_batch(pa.record_batch(columns, schema=schema))


def read_track(path: Path) -> PoseTrack[np.ndarray]:
    """Read what :func:`write_track` wrote. Raises UserError if the file is missing or is something else."""
    track = open_track(path)
    return track.with_joints(track.joints[:])


def open_track(path: Path) -> PoseTrack[Joints]:
    """Like :func:`read_track`, but the joints are read when they are asked for: a long clip's have hundreds of MB."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the stage that makes it, first")
    try:
        file = pq.ParquetFile(path)
        metadata = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
        if metadata.get("layout") != LAYOUT:
            raise UserError(f"{path} holds joints of layout {metadata.get('layout')!r}, expected {LAYOUT!r}")
        missing = {"time", *PARTS} - set(file.schema_arrow.names)
        if missing:
            raise pa.ArrowInvalid(f"it has no {', '.join(sorted(missing))}")
        times = file.read(["time"])["time"].to_numpy()
    except pa.ArrowInvalid as error:
        raise UserError(f"{path} is not a pose file of this project ({error}); delete it and run `dvc repro`") from None
    return PoseTrack(
        joints=_StoredJoints(file),
        times=times,
        fps=Fraction(metadata["fps"]),
        width=int(metadata["width"]),
        height=int(metadata["height"]),
        detector=metadata["detector"],
    )


def bodies_seen(joints: Joints) -> np.ndarray:
    """In which frames a body is found at all, bool (frames,). joints: confidence 0 where not found."""
    blocks = (joints[start : start + BLOCK] for start in range(0, len(joints), BLOCK))
    return np.concatenate([found_joints(block[:, BODY]).any(axis=1) for block in blocks])


class _StoredJoints:
    """The joints of a pose file, in whole row groups of which the last few stay in memory."""

    def __init__(self, file: pq.ParquetFile) -> None:
        self.file, self.frames = file, file.metadata.num_rows
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        self._starts = np.cumsum([0, *sizes])
        self._group = lru_cache(maxsize=3)(self._read_group)

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, which: slice) -> np.ndarray:
        start, end, _ = which.indices(self.frames)
        joints = np.empty((max(end - start, 0), NUM_JOINTS, 3), np.float32)
        for group in range(len(self._starts) - 1):
            first, last = self._starts[group], self._starts[group + 1]
            low, high = max(start, first), min(end, last)
            if low < high:
                joints[low - start : high - start] = self._group(group)[low - first : high - first]
        return joints

    def _read_group(self, group: int) -> np.ndarray:
        table = self.file.read_row_group(group, list(PARTS), use_threads=False)
        joints = np.empty((table.num_rows, NUM_JOINTS, 3), np.float32)
        for part, span in PARTS.items():
            joints[:, span] = table[part].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1, 3)
        return joints
