"""Training pairs: two consecutive frames of the target and the pose pictures up to them, drawn at load time."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.gan.pictures import resize, to_planes
from pipeline.pose.layout import BODY
from pipeline.pose.picture import draw_pose
from pipeline.pose.track import Joints
from pipeline.runtime.cli import UserError
from pipeline.video.store import FrameStore

BLOCK = 1024  # frames looked at together, however long the clip

Augment = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]  # poses, picture's height -> poses


class TrainingFrames:
    """The target's frames and pose pictures at the training size, by frame number.

    joints: float32 (frames, 137, 3) in pixels of the store's frames, confidence 0 where not found.
    width, height: pixels of the training picture.
    """

    def __init__(self, store: FrameStore, joints: Joints, width: int, height: int, min_confidence: float) -> None:
        self.store, self.joints = store, joints
        self.width, self.height, self.min_confidence = width, height, min_confidence

    def __getitem__(self, t: int) -> tuple[Tensor, Tensor]:
        """(pose picture, frame) of frame t, each uint8 RGB (3, height, width)."""
        return self.draw(self.poses(t)), self.picture(t)

    def picture(self, t: int) -> Tensor:
        """Frame t, uint8 RGB (3, height, width)."""
        return to_planes(resize(self.store.read(int(t)), self.width, self.height))

    def draw(self, joints: np.ndarray) -> Tensor:
        """The pose picture, uint8 RGB (3, height, width), of joints (137, 3) in its own pixels."""
        return to_planes(draw_pose(joints, self.width, self.height, self.min_confidence))

    def poses(self, which: int | slice) -> np.ndarray:
        """The joints of a frame, (137, 3), or of several, (frames, 137, 3), in pixels of the training picture."""
        return scale_joints(self.joints[which], self.height / self.store.height)


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


def scale_joints(joints: np.ndarray, factor: float) -> np.ndarray:
    """(..., 3) joints of a picture that is resized by ``factor``; confidences stay."""
    return joints * np.array([factor, factor, 1], np.float32)


def bodies_seen(joints: Joints) -> np.ndarray:
    """In which frames a body is found at all, bool (frames,). joints: confidence 0 where not found."""
    blocks = (joints[start : start + BLOCK] for start in range(0, len(joints), BLOCK))
    return np.concatenate([(block[:, BODY, 2] > 0).any(axis=1) for block in blocks])


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
