"""The Face GAN's training data: crops of the fixed body generator's output and of the real frame."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.clips.warp import move_joints
from pipeline.face.crops import PartCrops
from pipeline.networks.pictures import to_planes
from pipeline.pose.parts import FACE, part_matrix
from pipeline.pose.picture import draw_pose
from pipeline.training.frames import TrainingFrames


class PartDataset(Dataset):
    """Item i, and i + len * epoch: (pose, generated, real, whether a hand) of the i-th of ``items``.

    The first three are uint8 RGB crops (3, S, S); the training process converts them to floats. Left hands are
    mirrored. items: int64 (n, 2) of (frame, part). squares: see :func:`part_squares`.
    """

    def __init__(
        self, frames: TrainingFrames, crops: PartCrops, squares: np.ndarray, items: np.ndarray, size: int
    ) -> None:
        self.frames, self.crops, self.squares, self.items, self.size = frames, crops, squares, items, size

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        t, part = (int(number) for number in self.items[item % len(self)])
        matrix = part_matrix(self.squares[t, part], self.size, part)
        pose = draw_pose(move_joints(self.frames.joints[t], np.linalg.inv(matrix)), self.size, self.size)
        real = self.frames.clip.picture(t, matrix, self.size, self.size)
        hand = torch.tensor(part != FACE)
        pictures = [to_planes(picture) for picture in (pose, self.crops[t, part], real)]
        return pictures[0], pictures[1], pictures[2], hand
