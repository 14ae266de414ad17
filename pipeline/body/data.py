"""Training pairs: two consecutive frames of the target and their pose pictures, drawn at load time."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.body.augmentation import Augmentation
from pipeline.body.trimap import trimap
from pipeline.networks.pictures import to_planes
from pipeline.reference.references import References
from pipeline.training.frames import TrainingFrames
from pipeline.user.cli import UserError


class PairDataset(Dataset):
    """Item i, and i + len * epoch: (poses, frames, plate, trimaps) of the pair of frames (t - 1, t), t = ends[i].

    Both frames are seen as the later one's window shows it, so that they can be compared pixel by pixel. Poses and
    frames are uint8 RGB (2, 3, height, width), the plate (3, height, width), trimaps uint8 (2, height / GRID, width /
    GRID), see :func:`trimap`. With ``references`` there is a fifth: for either frame a choice of them, moved into the
    frame's pose, uint8 (2, 5, height, width), see :meth:`References.picture`. They leave the loader processes as
    bytes, a quarter of the size of float32; the training process converts them on its device. ends: int64 (pairs,),
    the later frame of each pair. augmentation: None: every epoch sees the same.
    """

    def __init__(
        self, frames: TrainingFrames, ends: np.ndarray, references: References | None = None,
        augmentation: Augmentation | None = None,
    ) -> None:
        self.frames, self.ends, self.references, self.augmentation = frames, ends, references, augmentation

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, item: int) -> tuple[Tensor, ...]:
        frames, end = self.frames, self.ends[item % len(self)]
        view, mirror = frames.view(end), False
        if self.augmentation is not None:
            change, mirror = self.augmentation.draw(item, frames.width, frames.height)
            view = view @ change
        times, plate = (end - 1, end), frames.background(view)
        pictures = [frames.picture(t, view) for t in times]
        known = [trimap(frames.seen_joints(t, view), each, plate) for t, each in zip(times, pictures, strict=True)]
        poses = torch.stack([frames.pose(t, view, mirror) for t in times])
        seen = torch.stack([to_planes(each) for each in pictures])
        pair = poses, seen, to_planes(plate), torch.from_numpy(np.stack(known))
        if self.references is None:
            return pair
        choice = self.references.near(int(end), frames.joints[int(end)], item)
        choices = self.references.before(choice), choice
        moved = [frames.reference(self.references, *each, view, mirror) for each in zip(choices, times, strict=True)]
        return *pair, torch.stack(moved)


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
