"""The window that the generator works on: the whole canvas, or a square that follows the person."""

from dataclasses import dataclass
from math import ceil, log

import cv2
import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.clips.track import BLOCK, Joints, PoseTrack
from pipeline.pose.stature import statures

SIDE = 1.08  # of the height that the bones tell of, some way above the real one; arms over the head make it larger
AROUND = np.array([0.08, 0.16, 0.08, 0.08])  # heights left, above, right and below all joints: flesh, hair, hats
STEP = 1.05  # the side changes in steps of 5 %: between them, windows differ by whole pixels, and nothing is resampled
STEADY_SECONDS = 0.3  # standard deviation of the Gaussian that smooths the window's path


@dataclass(frozen=True)
class View:
    """How the generator looks at the canvas.

    window: ``person`` or ``frame``, see ``train.window``. width, height: px of the picture that shows a window.
    """

    window: str
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.width, self.height

    def windows(self, track: PoseTrack, joints: Joints, shots: np.ndarray) -> np.ndarray:
        """Every frame's window of the canvas, float64 (frames, 4) of (x0, y0, x1, y1) in px of the canvas.

        track: for its picture, the canvas, and its rate. joints: its joints, smoothed. shots: see
        :func:`person_windows`.
        """
        if self.window == "person":
            return person_windows(joints, shots, float(track.fps), self.height)
        return np.tile(frame_window(track.width, track.height, self.width, self.height), (len(joints), 1))


def view_of(window: str, height: int, multiple: int, track: PoseTrack) -> View:
    """The view of training pictures of ``height`` px.

    They are squares around a person, or have the shape of the canvas, the ``track``'s picture, or are a little wider,
    as networks need multiples of ``multiple`` px.
    """
    if window == "person":
        return View(window, height, height)
    return View(window, ceil(height * track.width / track.height / multiple) * multiple, height)


def frame_window(width: int, height: int, out_width: int, out_height: int) -> np.ndarray:
    """The smallest window (x0, y0, x1, y1) around a canvas of ``width`` x ``height`` px, of another picture's shape."""
    scale = max(width / out_width, height / out_height)
    x, y = (scale * out_width - width) / 2, (scale * out_height - height) / 2
    return np.array([-x, -y, width + x, height + y])


def person_windows(joints: Joints, shots: np.ndarray, fps: float, size: int) -> np.ndarray:
    """A square around the person in every frame, steady over time: float64 (frames, 4) of (x0, y0, x1, y1).

    joints: (frames, 137, 3) in px of the canvas, smoothed. shots: int (frames,), another number after every cut. size:
    px of the training picture that shows a window; windows move by whole pixels of it. A frame in which nobody is found
    has the window of its neighbours in time; a clip without anybody has windows of one pixel.
    """
    boxes, tall = _boxes(joints), statures(joints, shots, fps)
    windows = np.zeros((len(boxes), 4))
    windows[:, 2:] = 1
    for frames in np.split(np.arange(len(boxes)), np.flatnonzero(np.diff(shots)) + 1):
        seen = frames[np.isfinite(boxes[frames, 0]) & (tall[frames] > 0)]
        if len(seen):
            windows[frames] = _follow(frames, seen, boxes[seen], tall[seen], STEADY_SECONDS * fps, size)
    return windows


def _boxes(joints: Joints) -> np.ndarray:
    """The box around the found joints of every frame, float64 (frames, 4); NaN where there are none."""
    boxes = []
    for start in range(0, len(joints), BLOCK):
        block = joints[start : start + BLOCK].astype(np.float64)
        found = found_joints(block)[..., None]
        low, high = (np.where(found, block[..., :2], far) for far in (np.inf, -np.inf))
        boxes.append(np.concatenate([low.min(axis=1), high.max(axis=1)], axis=1))
    stacked = np.concatenate(boxes)
    return np.where(np.isfinite(stacked), stacked, np.nan)


def _follow(
    frames: np.ndarray, seen: np.ndarray, boxes: np.ndarray, tall: np.ndarray, sigma: float, size: int
) -> np.ndarray:
    """The windows of a shot's ``frames`` from the boxes and statures of those in which somebody is ``seen``."""
    boxes = boxes + tall[:, None] * AROUND * (-1, -1, 1, 1)
    needed = np.maximum(SIDE * tall, (boxes[:, 2:] - boxes[:, :2]).max(axis=1))
    needed, *edges = (np.interp(frames, seen, values) for values in (needed, *boxes.T))
    low, high = np.stack(edges[:2], axis=1), np.stack(edges[2:], axis=1)
    radius = ceil(2 * sigma)
    side = _smooth(cv2.dilate(needed[:, None], np.ones((2 * radius + 1, 1))), sigma, radius)
    side = STEP ** np.ceil(np.log(np.maximum(side, 1)) / log(STEP))
    middle = _smooth((low + high) / 2, sigma, radius)
    # never so far behind that a part of the person is outside
    corner = np.clip(middle - side / 2, np.minimum(high - side, low), np.maximum(high - side, low))
    pixel = side / size
    corner = np.rint(corner / pixel) * pixel
    return np.concatenate([corner, corner + side], axis=1)


def _smooth(values: np.ndarray, sigma: float, radius: int) -> np.ndarray:
    """A Gaussian over the first axis of float64 (n, k), whose ends go on."""
    kernel = cv2.getGaussianKernel(2 * radius + 1, sigma)
    return cv2.sepFilter2D(values, -1, np.ones(1), kernel, borderType=cv2.BORDER_REPLICATE)
