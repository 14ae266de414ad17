"""The body, followed from frame to frame by BlazePose's landmark network."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from pipeline.detection.following import ROOM, UP, Follower
from pipeline.detection.one_euro import OneEuroFilter
from pipeline.detection.people import Meant
from pipeline.detection.square import Square, about
from pipeline.litert.network import Network

LANDMARKS = "pose_landmark_full.tflite"
POINTS = 33  # of BlazePose; two more tell where the whole body is
HIPS, SHOULDERS = [23, 24], [11, 12]
RATE = 30.0  # frames/s that the filters take all videos to have
VISIBILITY_SHARE = 0.1  # of a new visibility, against what it was before
KERNEL = 7  # px of a heatmap around a point, over which the point's place is refined
CONFIDENT = 0.5  # 0..1: a heatmap that nowhere says so much leaves a point where it is


@dataclass(frozen=True)
class Body:
    """points: float64 (33, 2), BlazePose's in pixels of the frame. visibility: (33,), 0..1."""

    points: np.ndarray
    visibility: np.ndarray


class BodyTracker:
    """Follows one body.

    detection, tracking: 0..1, what a new one must reach, and the followed one, to be one. meant: see
    :class:`Follower`.
    """

    def __init__(self, detection: float, tracking: float, meant: Meant | None):
        self._follower, self._landmarks = Follower(detection, meant), Network(LANDMARKS)
        self._tracking = tracking
        self._point_filter = OneEuroFilter(RATE, 0.05, 80.0)
        self._reach_filter = OneEuroFilter(RATE, 0.01, 10.0)
        self._square: Square | None = None  # where to look in the next frame
        self._visibility: np.ndarray | None = None  # in the frame before

    def follow(self, frame: np.ndarray) -> Body | None:
        """The body in the next frame, uint8 RGB (H, W, 3), or None if there is none."""
        square = self._follower.place(frame, self._square)
        if square is not self._square:
            self._forget()  # the filters begin afresh with somebody who is not where the last one was
        if square is None:
            return None
        size = self._landmarks.size
        said = self._landmarks(square.cut(frame, size))
        if said["Identity_1"].item() < self._tracking:
            self._forget()
            return None
        raw = said["Identity"].reshape(-1, 5).astype(np.float64)
        points = square.to_frame(_refined(raw[:, :2] / size, said["Identity_3"][0]))
        hips, shoulders = points[HIPS].mean(axis=0), points[SHOULDERS].mean(axis=0)
        if self._follower.mistaken(frame, hips, shoulders):
            self._forget()
            return None
        visibility = expit(raw[:POINTS, 3])
        if self._visibility is not None:
            visibility = self._visibility + VISIBILITY_SHARE * (visibility - self._visibility)
        self._visibility = visibility
        reach = points[POINTS : POINTS + 2]
        unit = about(reach, UP).side
        self._square = about(self._reach_filter.filter(reach, unit), UP).moved(scale=ROOM)
        return Body(self._point_filter.filter(points[:POINTS], unit), visibility)

    @property
    def crowded(self) -> bool:
        """Whether somebody else was seen in the last frame or shortly before."""
        return self._follower.crowded

    def _forget(self) -> None:
        self._square = self._visibility = None
        self._point_filter.reset()
        self._reach_filter.reset()


def _refined(points: np.ndarray, heatmaps: np.ndarray) -> np.ndarray:
    """Points (N, 2), shares of the picture's sides, each moved to the mean of its heatmap around it.

    heatmaps: (H, W, N), logits.
    """
    height, width = heatmaps.shape[:2]
    refined = points.copy()
    radius = KERNEL // 2
    for index, (x, y) in enumerate(points):
        column, row = int(x * width), int(y * height)
        if not (0 <= column < width and 0 <= row < height):
            continue
        top, left = max(0, row - radius), max(0, column - radius)
        near = heatmaps[top : row + radius + 1, left : column + radius + 1, index]
        heat = expit(near.astype(np.float64))
        if heat.max() >= CONFIDENT:
            share = heat / heat.sum()
            refined[index] = (
                (share.sum(axis=0) @ np.arange(left, left + near.shape[1])) / width,
                (share.sum(axis=1) @ np.arange(top, top + near.shape[0])) / height,
            )
    return refined
