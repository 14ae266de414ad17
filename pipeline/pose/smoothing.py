"""Smoothing poses: a median over time of confident detections; short gaps are interpolated, long ones stay."""

from collections.abc import Iterator

import numpy as np

from pipeline.clips.layout import found_joints, found_only
from pipeline.clips.track import Joints

BLOCK = 1024  # frames worked on at a time: few enough for the processor's cache


def smooth(joints: Joints, window: int, max_gap: int, min_confidence: float) -> np.ndarray:
    """Smooth a clip's poses over time, joint by joint.

    A found joint moves to the median, in x and in y, of its found positions in the ``window`` frames centred
    on its own (fewer at the clip's ends). Then a joint missing for at most ``max_gap`` frames between two
    found ones is interpolated linearly, confidence included. Every other joint stays missing: the median
    never invents one.

    joints: (frames, 137, 3) of (x, y, confidence). window: odd number of frames, 1 = no median.
    min_confidence: 0..1, below it a joint counts as missing.
    Returns float32 (frames, 137, 3), (0, 0, 0) where a joint is missing. The input is left as it is.
    """
    return np.concatenate(list(smooth_blocks(joints, window, max_gap, min_confidence)))


def smooth_blocks(joints: Joints, window: int, max_gap: int, min_confidence: float) -> Iterator[np.ndarray]:
    """What :func:`smooth` returns, some frames at a time, so that memory does not grow with the clip."""
    # a filled joint depends on two found ones, each on half a window
    margin = window // 2 + max_gap + 1
    for start in range(0, len(joints), BLOCK):
        first = max(start - margin, 0)
        block = _smooth(found_only(joints[first : start + BLOCK + margin], min_confidence), window, max_gap)
        yield block[start - first : start - first + BLOCK]


def _smooth(joints: np.ndarray, window: int, max_gap: int) -> np.ndarray:
    tracks = np.array(joints.transpose(1, 2, 0), np.float32, order="C")  # (137, 3, frames): contiguous over time
    found = found_joints(joints).T
    tracks[:, :2] = _median(tracks[:, :2], found, window)
    filled = _fill_gaps(tracks, found, max_gap)
    return np.where((found | filled)[:, None], tracks, 0).transpose(2, 0, 1)


def _median(points: np.ndarray, found: np.ndarray, window: int) -> np.ndarray:
    """The median over the window around every frame of ``points`` (137, 2, frames), where ``found`` (137, frames).

    Undefined in frames in which the joint itself was not found.
    """
    half = window // 2
    values = np.pad(np.where(found[:, None], points, np.nan), ((0, 0), (0, 0), (half, half)), constant_values=np.nan)
    ordered = np.sort(np.lib.stride_tricks.sliding_window_view(values, window, axis=-1), axis=-1)
    median = ordered[..., half].copy()
    count = np.isfinite(ordered[:, 0]).sum(axis=-1)
    joint, frame = np.nonzero(found & (count < window))  # rare: NaN sorts last, so the found values come first
    few, count = ordered[joint, :, frame], count[joint, frame]
    row = np.arange(len(few))
    median[joint, :, frame] = (few[row, :, (count - 1) // 2] + few[row, :, count // 2]) / 2
    return median


def _fill_gaps(tracks: np.ndarray, found: np.ndarray, max_gap: int) -> np.ndarray:
    """Interpolate ``tracks`` (137, 3, frames) in place where a joint is missing for a short time.

    -> where, bool (137, frames).
    """
    frames = tracks.shape[-1]
    index = np.arange(frames)
    before = np.maximum.accumulate(np.where(found, index, -1), axis=1)
    after = np.minimum.accumulate(np.where(found, index, frames)[:, ::-1], axis=1)[:, ::-1]
    short = ~found & (before >= 0) & (after < frames) & (after - before - 1 <= max_gap)
    joint, frame = np.nonzero(short)
    start, end = before[joint, frame], after[joint, frame]
    first, last = (tracks[joint, :, t].astype(np.float64) for t in (start, end))
    tracks[joint, :, frame] = (last - first) / (end - start)[:, None] * (frame - start)[:, None] + first
    return short
