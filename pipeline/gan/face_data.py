"""Face crops: what the fixed body generator makes of the training frames, beside the real face."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from tqdm import tqdm

from pipeline.gan.data import BLOCK, TrainingFrames
from pipeline.gan.render import BodyRenderer
from pipeline.pose.boxes import REACH, face_boxes
from pipeline.runtime.files import atomic
from pipeline.video.spread import spread

RUN = 32  # frames rendered in a row where a clip has more than training looks at
LEAD_IN = 8  # frames rendered before them, until the generator has forgotten that it started from nothing


def boxes_over_time(frames: TrainingFrames, size: int) -> np.ndarray:
    """The face boxes of all frames, see :func:`face_boxes`, worked out block by block: int32 (frames, 4)."""
    boxes = []
    for start in range(0, len(frames.joints), BLOCK):
        first = max(start - REACH, 0)
        poses = frames.poses(slice(first, start + BLOCK + REACH))
        block = face_boxes(poses, size, frames.width, frames.height, frames.min_confidence)
        boxes.append(block[start - first : start - first + BLOCK])
    return np.concatenate(boxes)


def spread_runs(times: np.ndarray, most: int) -> np.ndarray:
    """At most ``most`` of the ascending ``times``, in runs of neighbours that are evenly spread over them all."""
    if len(times) <= most:
        return times
    run = min(RUN, most)
    starts = spread(len(times) - run + 1, most // run)
    return times[(starts[:, None] + np.arange(run)).ravel()]


def spans_before(times: np.ndarray) -> list[tuple[int, int]]:
    """The spans [start, end) of frames, ascending, that hold each of ``times`` and the LEAD_IN frames before it."""
    needed = np.unique(np.maximum(times[:, None] - np.arange(LEAD_IN + 1), 0))
    breaks = np.flatnonzero(np.diff(needed) > 1) + 1
    return [(int(span[0]), int(span[-1]) + 1) for span in np.split(needed, breaks)]


def within_shots(spans: list[tuple[int, int]], shots: np.ndarray) -> list[tuple[int, int]]:
    """``spans`` cut where ``shots``, int (frames,), changes."""
    pieces = []
    for start, end in spans:
        cuts = start + 1 + np.flatnonzero(np.diff(shots[start:end]))
        pieces += zip([start, *cuts.tolist()], [*cuts.tolist(), end], strict=True)
    return pieces


def render_crops(
    body: BodyRenderer, frames: TrainingFrames, boxes: np.ndarray, spans: list[tuple[int, int]], file: Path
) -> np.ndarray:
    """Render each of ``spans`` recurrently and keep the face crops in ``file``, unless it is there.

    As in rendering, the frame after a cut starts from nothing.

    frames: the poses. boxes: int32 (frames, 4), -1 where no face is seen; square, all of one size S. spans: [start,
    end) in frames. -> float16 (frames, 3, S, S) in [-1, 1], mapped from ``file`` so that memory does not grow with the
    clip; frames without a face, and all others, stay 0 and take no room on the disk.
    """
    if not file.is_file():
        size = int((boxes[:, 2] - boxes[:, 0]).max())
        with atomic(file) as partial, tqdm(desc="body", unit="frame", total=sum(e - s for s, e in spans)) as progress:
            crops = np.lib.format.open_memmap(partial, "w+", np.float16, (len(boxes), 3, size, size))
            for start, end in within_shots(spans, frames.store.shots):
                for t, (_, frame) in enumerate(body.run(frames.poses(slice(start, end))), start):
                    x0, y0, x1, y1 = boxes[t]
                    if x0 >= 0:
                        crops[t] = frame[:, y0:y1, x0:x1].half().cpu().numpy()
                    progress.update()
            crops.flush()
    return np.load(file, mmap_mode="r")


class FaceDataset(Dataset):
    """Item i, and i + len * epoch: (pose, generated, real) crops of the i-th of ``times``, each (3, S, S).

    ``generated`` is float16 in [-1, 1]; the others are uint8 RGB, which the training's process makes floats.
    frames: pose pictures and real frames. crops, boxes: see :func:`render_crops`, by frame. times: int64
    (items,), the frames in which a face is seen.
    """

    def __init__(self, frames: TrainingFrames, crops: np.ndarray, boxes: np.ndarray, times: np.ndarray) -> None:
        self.frames, self.crops, self.boxes, self.times = frames, crops, boxes, times

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor, Tensor]:
        t = self.times[item % len(self)]
        x0, y0, x1, y1 = self.boxes[t]
        pose, real = (picture[:, y0:y1, x0:x1].clone() for picture in self.frames[t])
        return pose, torch.from_numpy(self.crops[t].copy()), real
