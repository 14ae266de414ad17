"""The frame store: all frames of a clip in one file, each of them readable at random.

An uncompressed Parquet file, one JPEG a row. Row groups are small, so that a frame is found by reading few
others; times and shots are columns of their own and read without touching a picture.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.runtime.files import atomic
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import UserError

FORMAT = "frame store 2"
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
ENCODERS = 2  # threads that compress: two keep up with one that reads pictures from ffmpeg and looks for cuts
GROUP = 16  # frames a row group: 1 MB at 512x512, read in 0.3 ms; smaller ones make the file's index large
COLUMNS = [
    ("frame", pa.int32()), ("time", pa.float64()), ("shot", pa.int32()), ("source_time", pa.float64()),
    ("jpeg", pa.binary()),
]


@dataclass(frozen=True)
class StoredFrame:
    """A frame to be stored: uint8 RGB (H, W, 3), the number of its shot, and when the video showed it, s."""

    picture: np.ndarray
    shot: int
    source_time: float


def write_frames(path: Path, frames: Iterable[StoredFrame], width: int, height: int, fps: Fraction) -> None:
    """Write a store as the frames come, holding one row group of JPEGs in memory; whole or not at all.

    Columns: frame (0, 1, ...), time = frame / fps (s), shot, source_time (s), jpeg. The file's metadata hold a SHA-256
    of it all, so that who depends on the frames need not read gigabytes to name them.
    """
    metadata = {"format": FORMAT, "width": str(width), "height": str(height), "fps": str(fps)}
    schema = pa.schema(COLUMNS, metadata=metadata)
    rows = in_threads(lambda numbered: _row(*numbered, fps), enumerate(frames), ENCODERS)
    digest = hashlib.sha256(repr(metadata).encode())
    options = {"compression": "none", "use_dictionary": False, "write_statistics": False}
    with atomic(path) as partial, pq.ParquetWriter(partial, schema, **options) as file:
        while group := list(islice(rows, GROUP)):
            for *_, shot, source_time, jpeg in group:
                digest.update(f"{shot} {source_time} {len(jpeg)} ".encode() + jpeg)
            columns = [list(column) for column in zip(*group, strict=True)]
            file.write_batch(pa.record_batch(columns, schema=schema))
        file.add_key_value_metadata({"sha256": digest.hexdigest()})


class FrameStore:
    """A store opened for reading. Raises UserError if ``path`` is missing or is something else.

    width, height: px. fps: frames per second. times: float64 (n,), s from the first frame, regular. shots:
    int32 (n,), one more after every cut. source_times: float64 (n,), s, when the video showed that picture.
    sha256: hex digest of all these and the pictures, as the writer noted it.
    May be handed to other processes, forked or spawned: each opens the file for itself.
    """

    def __init__(self, path: Path):
        self.path = path
        if not path.is_file():
            raise UserError(f"{path} is missing: run `dvc repro`, or the decode stage, first")
        self._index, self._file = None, None
        self._process: int | None = None  # the one that opened the file
        self._jpegs: tuple[int, pa.ChunkedArray] | None = None  # the row group read last: its number and pictures
        try:
            file = self._opened()
            self._index = file.metadata  # megabytes for a long clip: other processes share it instead of reading it
            metadata = self._index.metadata or {}
            metadata = {key.decode(): value.decode() for key, value in metadata.items()}
            if metadata.get("format") != FORMAT:
                raise pa.ArrowInvalid(f"its format is {metadata.get('format')!r}")
            columns = file.read(["time", "shot", "source_time"], use_threads=False)
        except pa.ArrowInvalid as error:
            raise UserError(f"{path} is no frame store ({error}): delete it and run `dvc repro`") from None
        self.width, self.height = int(metadata["width"]), int(metadata["height"])
        self.fps, self.sha256 = Fraction(metadata["fps"]), metadata["sha256"]
        self.times, self.shots, self.source_times = (column.to_numpy() for column in columns.columns)

    def __len__(self) -> int:
        return len(self.times)

    def read(self, index: int) -> np.ndarray:
        """Frame ``index`` as uint8 RGB (height, width, 3). Raises IndexError outside 0..n-1."""
        if not 0 <= index < len(self):
            raise IndexError(f"frame {index} of {len(self)}")
        group, row = divmod(index, GROUP)
        file, held = self._opened(), self._jpegs
        if held is None or held[0] != group:
            held = self._jpegs = group, file.read_row_group(group, ["jpeg"], use_threads=False)["jpeg"]
        jpeg = np.frombuffer(held[1][row].as_buffer(), np.uint8)
        return cv2.cvtColor(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    def __iter__(self) -> Iterator[np.ndarray]:
        """All frames in order, as from :meth:`read`."""
        return (self.read(index) for index in range(len(self)))

    def pairs(self) -> np.ndarray:
        """Every t, int64 (m,), for which frames t - 1 and t truly follow one another.

        They do if no cut lies between them and the moments that they show are one frame apart: less than
        half of one means a repeated picture, more than one and a half means dropped ones.
        """
        steps = np.diff(self.source_times) * float(self.fps)
        follows = (np.abs(steps - 1) < 0.5) & (np.diff(self.shots) == 0)
        return np.flatnonzero(follows) + 1

    def _opened(self) -> pq.ParquetFile:
        """The file, opened by this very process: a handle shared after a fork would share its position."""
        if self._process != os.getpid():
            self._file, self._process = pq.ParquetFile(self.path, metadata=self._index, pre_buffer=False), os.getpid()
        return self._file

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_file": None, "_jpegs": None, "_process": None}


def _row(index: int, frame: StoredFrame, fps: Fraction) -> tuple:
    return index, float(index / fps), frame.shot, frame.source_time, _to_jpeg(frame.picture)


def _to_jpeg(picture: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), JPEG)[1].tobytes()
