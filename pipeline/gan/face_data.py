"""Face crops: what the fixed body generator makes of every training frame, beside the real face."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from pipeline.files import atomic
from pipeline.gan.data import TrainingFrames
from pipeline.gan.render import BodyRenderer


def render_crops(body: BodyRenderer, joints: np.ndarray, boxes: np.ndarray, file: Path) -> np.ndarray:
    """Render all ``joints`` recurrently, as rendering does, and keep the face crops in ``file``, unless it is there.

    joints: float32 (frames, 137, 3) in pixels of the body generator's pictures. boxes: int32 (frames, 4), -1
    where no face is seen; square, all of one size S. -> float16 (frames, 3, S, S) in [-1, 1], mapped from ``file``
    so that memory does not grow with the clip; frames without a face stay 0.
    """
    if not file.is_file():
        size = int((boxes[:, 2] - boxes[:, 0]).max())
        with atomic(file) as partial:
            crops = np.lib.format.open_memmap(partial, "w+", np.float16, (len(joints), 3, size, size))
            frames = tqdm(body.run(joints), desc="body", unit="frame", total=len(joints))
            for t, (_, frame) in enumerate(frames):
                x0, y0, x1, y1 = boxes[t]
                if x0 >= 0:
                    crops[t] = frame[:, y0:y1, x0:x1].half().cpu().numpy()
            crops.flush()
    return np.load(file, mmap_mode="r")


class FaceDataset(Dataset):
    """Item i: (pose, generated, real) crops of the i-th of ``times``, each float32 (3, S, S) in [-1, 1].

    frames: pose pictures and real frames. crops, boxes: see :func:`render_crops`, by frame. times: int64
    (items,), the frames in which a face is seen.
    """

    def __init__(self, frames: TrainingFrames, crops: np.ndarray, boxes: np.ndarray, times: np.ndarray) -> None:
        self.frames, self.crops, self.boxes, self.times = frames, crops, boxes, times

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        t = self.times[index]
        x0, y0, x1, y1 = self.boxes[t]
        pose, real = (picture[:, y0:y1, x0:x1].clone() for picture in self.frames[t])
        return pose, torch.from_numpy(self.crops[t].astype(np.float32)), real
