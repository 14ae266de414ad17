"""Steady poses: a median over time of confident detections, short gaps filled, long gaps left open."""

import numpy as np

from pipeline.pose.layout import found_joints


def smooth(joints: np.ndarray, window: int, max_gap: int, min_confidence: float) -> np.ndarray:
    """Smooth a clip's poses over time, joint by joint.

    A found joint moves to the median, in x and in y, of its found positions in the ``window`` frames centred
    on its own (fewer at the clip's ends). Then a joint missing for at most ``max_gap`` frames between two
    found ones is interpolated linearly, confidence included. Every other joint stays missing: the median
    never invents one.

    joints: (frames, 137, 3) of (x, y, confidence). window: odd number of frames, 1 = no median.
    Returns float32 (frames, 137, 3) with a confidence of at least ``min_confidence`` exactly where a joint
    counts as found, and (0, 0, 0) elsewhere. The input is left as it is.
    """
    smoothed = np.zeros(joints.shape, np.float32)
    found = found_joints(joints, min_confidence)
    for joint in range(joints.shape[1]):  # one joint at a time keeps the windows of a long clip small
        frames = np.flatnonzero(found[:, joint])
        if len(frames) == 0:
            continue
        track = np.array(joints[:, joint], np.float32)
        track[:, :2] = _median(track[:, :2], found[:, joint], window)
        frames = np.union1d(frames, _short_gaps(frames, max_gap))
        known = np.flatnonzero(found[:, joint])
        for axis in range(3):
            smoothed[frames, joint, axis] = np.interp(frames, known, track[known, axis])
    return smoothed


def _median(points: np.ndarray, found: np.ndarray, window: int) -> np.ndarray:
    """The median of the found ``points`` (frames, 2) in the window around every frame; NaN where none is."""
    values = np.where(found[:, None], points, np.nan)
    padding = np.full((window // 2, 2), np.nan, np.float32)
    padded = np.concatenate([padding, values, padding])
    windows = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0)
    ordered = np.sort(windows, axis=-1)  # NaN sorts last, so the found values come first
    count = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, window - 1), axis=-1)
    return ((lower + upper) / 2)[..., 0]


def _short_gaps(frames: np.ndarray, max_gap: int) -> np.ndarray:
    """The frames missing between neighbours of ascending ``frames``, where that is at most ``max_gap``."""
    missing = np.diff(frames) - 1
    starts = frames[:-1][(missing > 0) & (missing <= max_gap)]
    lengths = missing[(missing > 0) & (missing <= max_gap)]
    return np.concatenate([np.arange(start + 1, start + 1 + length) for start, length in zip(starts, lengths)]
                          + [np.empty(0, int)]).astype(int)
