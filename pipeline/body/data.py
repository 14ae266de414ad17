"""Training pairs: two consecutive frames of the target and the pose pictures up to them, drawn at load time."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.training.frames import TrainingFrames
from pipeline.user.cli import UserError

Augment = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]  # poses, picture's height -> poses


class PairDataset(Dataset):
    """Item i: (poses, frames) of the pair of frames (t - 1, t), t = ends[i], and ``lead`` poses before it.

    frames: uint8 RGB (2, 3, height, width). poses: uint8 RGB (lead + 2, 3, height, width). Bytes, which are a quarter of
    what networks want: the training's process makes them floats, on its device. ends: int64 (pairs,), the later frame
    of each pair. With an ``augmentation`` the poses differ every time: item i + len * epoch is pair i in that pass over
    the data, augmented as it follows from ``seed``, i and epoch.
    """

    def __init__(
        self, frames: TrainingFrames, ends: np.ndarray, lead: int = 0, augmentation: Augment | None = None,
        seed: int = 0,
    ) -> None:
        self.frames, self.ends, self.lead, self.augmentation, self.seed = frames, ends, lead, augmentation, seed

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        epoch, index = divmod(int(item), len(self))
        end = self.ends[index]
        joints = self.frames.poses(slice(end - 1 - self.lead, end + 1))
        if self.augmentation is not None:
            joints = self.augmentation(joints, self.frames.height, np.random.default_rng([self.seed, index, epoch]))
        poses = torch.stack([self.frames.draw(pose) for pose in joints])
        return poses, torch.stack([self.frames.picture(t) for t in (end - 1, end)])


def consecutive_pairs(pairs: np.ndarray, seen: np.ndarray, start: int, end: int, length: int = 2) -> np.ndarray:
    """Of the clip's consecutive ``pairs`` (later frames), those inside [start, end) with a body in both frames.

    seen: bool (frames,), see :func:`bodies_seen`. length: how many consecutive frames with a body must end there, the
    pair included. -> int64 (pairs,). Raises UserError if none is left.
    """
    follows = np.zeros(len(seen), bool)
    follows[pairs] = seen[pairs] & seen[pairs - 1]
    follows[: start + 1] = follows[end:] = False
    run = np.array([follows[length - 2 - back : len(follows) - back] for back in range(length - 1)]).all(axis=0)
    chosen = np.flatnonzero(run) + length - 2
    if not len(chosen):
        raise UserError(
            f"frames {start} to {end - 1} of the target clip hold no {length} consecutive frames in which a person "
            "was found; use a longer clip, or one that shows the whole person"
        )
    return chosen
