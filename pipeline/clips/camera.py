"""How the camera of a clip moved: where every frame lies in one canvas that stands still."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.clips.store import FrameStore
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError

FORMAT = "camera 1"


@dataclass(frozen=True)
class Camera:
    """to_canvas: float64 (frames, 3, 3), from px of a stored frame to px of the canvas.

    Coordinates are corner-based: the first pixel's centre is (0.5, 0.5). width, height: px of the canvas. If the camera
    stands still, all matrices are exactly the identity and the canvas is as large as a frame.
    """

    to_canvas: np.ndarray
    width: int
    height: int

    @property
    def moves(self) -> bool:
        return bool((self.to_canvas != np.eye(3)).any())

    @property
    def reference(self) -> np.ndarray:
        """Of the frame to which the others were registered, (3, 3): it is only moved within the canvas."""
        changes = np.abs(self.to_canvas[:, :, :2] - np.eye(3)[:, :2]).sum(axis=(1, 2))
        return self.to_canvas[np.argmin(changes)]


def still_camera(store: FrameStore) -> Camera:
    """That of a clip in which it does not move: the canvas is a frame."""
    return Camera(np.tile(np.eye(3), (len(store), 1, 1)), store.width, store.height)


def camera_path(camera: Camera, how: str, frames: int) -> np.ndarray:
    """Through what camera each of ``frames`` is seen: float64 (frames, 3, 3), from its px to px of the canvas.

    how: ``steady``, the target's camera at its reference frame, or ``original``, its motion, to the end and back again
    as often as need be.
    """
    if how == "steady":
        return np.tile(camera.reference, (frames, 1, 1))
    there_and_back = np.concatenate([camera.to_canvas, camera.to_canvas[-2:0:-1]])
    return there_and_back[np.arange(frames) % len(there_and_back)]


def write_camera(path: Path, camera: Camera, store: FrameStore) -> None:
    """Write one row a frame of ``store``: frame int32, and to_canvas, 9 float64, row by row."""
    metadata = {"format": FORMAT, "width": str(camera.width), "height": str(camera.height), "frames": store.sha256}
    schema = pa.schema([("frame", pa.int32()), ("to_canvas", pa.list_(pa.float64(), 9))], metadata)
    matrices = pa.array(np.ascontiguousarray(camera.to_canvas, np.float64).reshape(-1))
    columns = [
        np.arange(len(camera.to_canvas), dtype=np.int32),
        pa.FixedSizeListArray.from_arrays(matrices, type=schema.field("to_canvas").type),
    ]
    with atomic(path) as partial:
        pq.write_table(pa.table(columns, schema=schema), partial, compression="zstd")


def read_camera(path: Path, store: FrameStore) -> Camera:
    """Read what :func:`write_camera` wrote for ``store``.

    Raises UserError if the file is missing, is something else or belongs to other frames.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the background stage, first")
    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        raise UserError(f"{path} holds no camera ({error}): delete it and run `dvc repro`") from None
    metadata = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    if metadata.get("format") != FORMAT:
        raise UserError(f"{path} holds no camera (its format is not {FORMAT!r}): delete it and run `dvc repro`")
    if metadata["frames"] != store.sha256:
        raise UserError(f"{path} belongs to other frames than {store.path}: run `dvc repro`, or the background stage")
    matrices = table["to_canvas"].combine_chunks().flatten().to_numpy().reshape(-1, 3, 3)
    return Camera(matrices, int(metadata["width"]), int(metadata["height"]))
