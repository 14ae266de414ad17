"""The Face GAN's training data: crops of the fixed body generator's output and of the real frame."""

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from pipeline.clips.spread import spread
from pipeline.clips.track import BLOCK
from pipeline.face.crops import FaceCrops
from pipeline.pose.boxes import REACH, face_boxes
from pipeline.training.frames import TrainingFrames

RUN = 32  # consecutive frames rendered together, if a clip has more frames with a face than training has steps for


def boxes_over_time(frames: TrainingFrames, size: int) -> np.ndarray:
    """The face boxes of all frames, see :func:`face_boxes`, computed block by block: int32 (frames, 4)."""
    boxes = []
    for start in range(0, len(frames.joints), BLOCK):
        first = max(start - REACH, 0)
        poses = frames.poses(slice(first, start + BLOCK + REACH))
        block = face_boxes(poses, size, frames.width, frames.height)
        boxes.append(block[start - first : start - first + BLOCK])
    return np.concatenate(boxes)


def spread_runs(times: np.ndarray, most: int) -> np.ndarray:
    """At most ``most`` of the ascending ``times``, in runs of RUN neighbours spread evenly over all of them."""
    if len(times) <= most:
        return times
    run = min(RUN, most)
    starts = spread(len(times) - run + 1, most // run)
    return times[(starts[:, None] + np.arange(run)).ravel()]


class FaceDataset(Dataset):
    """Item i, and i + len * epoch: (pose, generated, real) crops of the i-th of ``times``, each (3, S, S).

    ``generated`` is float16 in [-1, 1]; the others are uint8 RGB, which the training process converts to floats.
    frames: pose pictures and real frames. boxes: see :func:`boxes_over_time`. times: int64 (items,), the frames in
    which a face is seen.
    """

    def __init__(self, frames: TrainingFrames, crops: FaceCrops, boxes: np.ndarray, times: np.ndarray) -> None:
        self.frames, self.crops, self.boxes, self.times = frames, crops, boxes, times

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor, Tensor]:
        t = self.times[item % len(self)]
        x0, y0, x1, y1 = self.boxes[t]
        pose, real = (picture[:, y0:y1, x0:x1].clone() for picture in self.frames[t])
        return pose, torch.from_numpy(self.crops[t]), real
