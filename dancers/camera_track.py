"""The truth about a held camera: where it is in every frame of a clip, as a Parquet file."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dancers.camera import Camera
from pipeline.runtime.files import atomic


def write_camera_track(path: Path, cameras: Sequence[Camera], wall_distance: float) -> None:
    """Write one row a frame, whole or not at all: frame, time in s and three matrices, row by row.

    matrix: (3, 4), see :meth:`Camera.matrix`. wall, floor: homographies (3, 3) that take homogeneous px from the
    picture's top left corner to where they lie on the wall (x, z) and on the floor (x, y), m, if that is what is seen.
    ``inv(wall[b]) @ wall[a]`` so takes the wall of frame a to that of frame b. wall_distance: m behind the world's
    origin.
    """
    matrices = np.stack([camera.matrix() for camera in cameras])
    right, back, up, origin = np.moveaxis(matrices, 2, 0)
    wall = np.linalg.inv(np.stack([right, up, origin + wall_distance * back], axis=2))
    floor = np.linalg.inv(np.stack([right, back, origin], axis=2))
    columns = {"frame": pa.array(np.arange(len(cameras), dtype=np.int32)),
               "time": pa.array([camera.time for camera in cameras], pa.float64())}
    for name, values in (("matrix", matrices), ("wall", wall), ("floor", floor)):
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values[0].size)
    with atomic(path) as partial:
        pq.write_table(pa.table(columns), partial)
