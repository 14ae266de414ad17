"""Training pairs: two consecutive frames of the target and their pose pictures, drawn at load time."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.cli import UserError
from pipeline.gan.pictures import resize, to_tensor
from pipeline.pose.layout import BODY
from pipeline.pose.picture import draw_pose
from pipeline.video.store import FrameStore


class TrainingFrames:
    """The target's frames and pose pictures at the training size, by frame number.

    joints: float32 (frames, 137, 3) in pixels of the store's frames, confidence 0 where not found.
    width, height: pixels of the training picture.
    """

    def __init__(self, frames: Path, joints: np.ndarray, width: int, height: int, min_confidence: float) -> None:
        self.store = FrameStore(frames)
        self.joints = scale_joints(joints, height / self.store.height)
        self.width, self.height, self.min_confidence = width, height, min_confidence

    def __getitem__(self, t: int) -> tuple[Tensor, Tensor]:
        """(pose picture, frame) of frame t, each float32 (3, height, width) in [-1, 1]."""
        pose = draw_pose(self.joints[t], self.width, self.height, self.min_confidence)
        return to_tensor(pose), to_tensor(resize(self.store.read(int(t)), self.width, self.height))


class PairDataset(Dataset):
    """Item i: (poses, frames), each float32 (2, 3, height, width) in [-1, 1], of frames (t - 1, t), t = ends[i].

    ends: int64 (pairs,), the later frame of each pair.
    """

    def __init__(self, frames: TrainingFrames, ends: np.ndarray) -> None:
        self.frames, self.ends = frames, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        end = self.ends[index]
        poses, frames = zip(self.frames[end - 1], self.frames[end], strict=True)
        return torch.stack(poses), torch.stack(frames)


def scale_joints(joints: np.ndarray, factor: float) -> np.ndarray:
    """(..., 3) joints of a picture that is resized by ``factor``; confidences stay."""
    return joints * np.array([factor, factor, 1], np.float32)


def consecutive_pairs(pairs: np.ndarray, joints: np.ndarray, start: int, end: int) -> np.ndarray:
    """Of the clip's consecutive ``pairs`` (later frames), those inside [start, end) with a body in both frames.

    joints: float32 (frames, 137, 3), confidence 0 where not found. -> int64 (pairs,).
    Raises UserError if none is left.
    """
    seen = (joints[:, BODY, 2] > 0).any(axis=1)
    chosen = np.array([t for t in pairs if start < t < end and seen[t] and seen[t - 1]], np.int64)
    if not len(chosen):
        raise UserError(
            f"frames {start} to {end - 1} of the target clip hold no two consecutive frames in which a person "
            "was found; use a longer clip, or one that shows the whole person"
        )
    return chosen
