"""Training pairs: two consecutive frames of the target and their pose pictures, drawn at load time."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.training.frames import TrainingFrames
from pipeline.user.cli import UserError


class PairDataset(Dataset):
    """Item i, and i + len * epoch: (poses, frames, plate) of the pair of frames (t - 1, t), t = ends[i].

    Both frames are seen through the window of the later one, so that they can be compared pixel by pixel. Poses and
    frames are uint8 RGB (2, 3, height, width), the plate (3, height, width). They leave the loader processes as bytes,
    a quarter of the size of float32; the training process converts them on its device. ends: int64 (pairs,), the later
    frame of each pair.
    """

    def __init__(self, frames: TrainingFrames, ends: np.ndarray) -> None:
        self.frames, self.ends = frames, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor, Tensor]:
        end = self.ends[item % len(self)]
        window = self.frames.windows[end]
        poses, pictures = (
            torch.stack([look(t, window) for t in (end - 1, end)]) for look in (self.frames.pose, self.frames.picture)
        )
        return poses, pictures, self.frames.background(window)


def consecutive_pairs(pairs: np.ndarray, seen: np.ndarray, start: int, end: int) -> np.ndarray:
    """Those of the clip's ``pairs`` (:meth:`FrameStore.pairs`) inside [start, end) with a body in both frames.

    seen: bool (frames,), see :func:`bodies_seen`. -> int64 (pairs,), later frames. Raises UserError if none is left.
    """
    chosen = pairs[(pairs > start) & (pairs < end)]
    chosen = chosen[seen[chosen] & seen[chosen - 1]]
    if not len(chosen):
        raise UserError(
            f"frames {start} to {end - 1} of the target clip hold no two consecutive frames in which a person "
            "was found; use a longer clip, or one that shows the whole person"
        )
    return chosen
