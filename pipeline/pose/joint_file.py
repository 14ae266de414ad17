"""A clip's joints in a raw binary file, from which each frame's are read when they are needed."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from pipeline.clips.layout import NUM_JOINTS
from pipeline.clips.track import Joints
from pipeline.params import Pose
from pipeline.pose.smoothing import smooth_blocks
from pipeline.runtime.files import atomic

FRAME = NUM_JOINTS * 3 * np.dtype(np.float32).itemsize  # bytes


class JointFile:
    """Indexed like an array, float32 (frames, 137, 3): ``joints[t]``, ``joints[start:end]``; not held in memory.

    At 144,000 frames the array would take 237 MB in each loader process. May be handed to other processes, forked or
    spawned.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.frames = path, path.stat().st_size // FRAME

    def __len__(self) -> int:
        return self.frames

    def __getitem__(self, which: int | slice) -> np.ndarray:
        if isinstance(which, slice):
            start, end, _ = which.indices(self.frames)
            return self._read(start, max(end - start, 0))
        if not 0 <= which < self.frames:
            raise IndexError(f"frame {which} of {self.frames}")
        return self._read(int(which), 1)[0]

    def _read(self, start: int, frames: int) -> np.ndarray:
        numbers = np.fromfile(self.path, np.float32, frames * NUM_JOINTS * 3, offset=start * FRAME)
        return numbers.reshape(frames, NUM_JOINTS, 3)


def smoothed(joints: Joints, pose: Pose, shots: np.ndarray, rate: float, file: Path) -> JointFile:
    """A clip's ``joints``, smoothed (:func:`smooth`) and cached in ``file``: if it exists, it is only opened."""
    if file.is_file():
        return JointFile(file)
    return write_joints(file, smooth_blocks(joints, pose, shots, rate))


def write_joints(path: Path, blocks: Iterable[np.ndarray]) -> JointFile:
    """Write blocks of joints, float32 (frames, 137, 3) each, one after another, and open the file."""
    with atomic(path) as partial, partial.open("wb") as file:
        for block in blocks:
            np.ascontiguousarray(block, np.float32).tofile(file)
    return JointFile(path)
