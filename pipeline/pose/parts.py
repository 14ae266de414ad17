"""The small parts of a person that are refined one by one: the face and both hands, in squares of their own."""

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.clips import layout
from pipeline.clips.layout import BODY, found_joints
from pipeline.clips.track import BLOCK, Joints
from pipeline.pose.stature import statures

FACE, LEFT_HAND, RIGHT_HAND = range(3)
PARTS = ("face", "left_hand", "right_hand")  # by these numbers
SIDES = (0.19, 0.15, 0.15)  # of the person's height
STEADY_FRAMES = 2.0  # standard deviation, in frames, of the Gaussian that smooths a part's place over time
REACH = round(4 * STEADY_FRAMES)  # frames that it looks forward and back
MAX_LAG = 1 / 8  # of the square's side: how far smoothing may move it off the part of its own frame, in x and in y


def part_squares(joints: Joints, shots: np.ndarray, fps: float, hands: bool = True) -> np.ndarray:
    """A square around each part in every frame, steady over time: float64 (frames, 3, 4) of (x0, y0, x1, y1).

    Each is centred on the median of the part's joints found in its frame; against jitter the centre is smoothed over
    neighbouring frames, which moves it by an eighth of the side at most. NaN where no joint of the part is found, or no
    body.

    joints: (frames, 137, 3) in px of the canvas, smoothed. shots: int (frames,), another number after every cut. fps:
    frames per second. hands: whether there are squares around the hands, too.
    """
    tall = statures(joints, shots, fps)
    squares = np.full((len(joints), len(PARTS), 4), np.nan)
    for first, end in _stretches(shots):
        start, stop = max(first - REACH, 0), min(end + REACH, len(joints))
        start += int((shots[start:first] != shots[first]).sum())
        stop -= int((shots[end:stop] != shots[first]).sum())
        block, kept = joints[start:stop], np.s_[first - start : end - start]
        for part in range(len(PARTS)) if hands else (FACE,):
            side = SIDES[part] * tall[start:stop]
            centres = _steady_centres(block, layout.PARTS[PARTS[part]], side)[kept]
            half = side[kept, None] / 2
            squares[first:end, part] = np.concatenate([centres - half, centres + half], axis=1)
    return squares


def part_matrix(square: np.ndarray, size: int, part: int) -> np.ndarray:
    """(3, 3), from px of a picture of ``size`` x ``size`` px that shows a part's ``square`` to px of the canvas.

    The left hand is shown mirrored, so that both hands look alike.
    """
    x0, y0, x1, y1 = square
    scale = (x1 - x0) / size
    if part == LEFT_HAND:
        return np.array([[-scale, 0.0, x1], [0.0, scale, y0], [0.0, 0.0, 1.0]])
    return np.array([[scale, 0.0, x0], [0.0, scale, y0], [0.0, 0.0, 1.0]])


def _stretches(shots: np.ndarray) -> Iterator[tuple[int, int]]:
    """(first, end) of parts of shots, at most BLOCK frames long."""
    edges = [0, *(np.flatnonzero(np.diff(shots)) + 1).tolist(), len(shots)]
    for first, end in zip(edges[:-1], edges[1:], strict=True):
        for start in range(first, end, BLOCK):
            yield start, min(start + BLOCK, end)


def _steady_centres(joints: np.ndarray, span: slice, side: np.ndarray) -> np.ndarray:
    """The smoothed centres of a part in consecutive frames of a shot, float64 (frames, 2), NaN where it is not seen."""
    found = found_joints(joints)
    seen = found[:, span].any(axis=1) & found[:, BODY].any(axis=1) & (side > 0)
    centres = np.full((len(joints), 2), np.nan)
    if not seen.any():
        return centres
    points = np.where(found[seen, span, None], joints[seen, span, :2].astype(np.float64), np.nan)
    own = np.zeros((len(joints), 2))
    own[seen] = np.nanmedian(points, axis=1)
    # a Gaussian over the frames with the part only, normalized by the sum of their weights
    steady = _blur_over_time(own)[seen] / _blur_over_time(np.expand_dims(seen, 1).astype(np.float64))[seen]
    lag = MAX_LAG * side[seen, None]
    centres[seen] = own[seen] + np.clip(steady - own[seen], -lag, lag)
    return centres


def _blur_over_time(values: np.ndarray) -> np.ndarray:
    """A Gaussian over the frames of float64 (frames, n), with zeros before and after them."""
    kernel = cv2.getGaussianKernel(2 * REACH + 1, STEADY_FRAMES)
    return cv2.sepFilter2D(values, -1, np.ones(1), kernel, borderType=cv2.BORDER_CONSTANT)
