"""Smoothing poses over time: wild detections are taken out, short gaps interpolated, the tremor is filtered away."""

from collections.abc import Iterator
from math import comb, pi, sin

import numpy as np
from scipy.linalg import solveh_banded

from pipeline.clips.layout import found_joints, found_only
from pipeline.clips.store import FrameStore
from pipeline.clips.track import Joints, PoseTrack
from pipeline.params import Pose

BLOCK = 1024  # frames worked on at a time: few enough for the processor's cache
ORDER = 3  # of the differences that are held small: places, speeds and accelerations are kept
REACH = 64  # times the filter's length, frames: so far away nothing counts any more, to the last digit


def smooth(joints: Joints, pose: Pose, shots: np.ndarray, rate: float) -> np.ndarray:
    """Smooth a clip's poses over time, joint by joint, every shot for itself.

    First a found joint moves to the median, in x and in y, of its found positions in the ``median_window`` frames
    centred on its own (fewer at the shot's ends). Then a joint missing for at most ``max_gap`` frames between two found
    ones is interpolated linearly, confidence included. Every other joint stays missing. At last each uninterrupted run
    y of a joint moves to the x that minimizes |x - y|² + weight |D x|², where D x are third differences (the smoother
    of Whittaker and Henderson): nothing lags, and a swing of the frequency ``cutoff`` keeps half of its size.

    joints: (frames, 137, 3) of (x, y, confidence). pose: also says below which confidence a joint counts as missing.
    shots: int (frames,), another number after every cut. rate: frames/s.
    Returns float32 (frames, 137, 3), (0, 0, 0) where a joint is missing. The input is left as it is.
    """
    return np.concatenate(list(smooth_blocks(joints, pose, shots, rate)))


def smooth_track(track: PoseTrack, frames: FrameStore, pose: Pose) -> PoseTrack[np.ndarray]:
    """A clip's poses, those of ``frames``, smoothed."""
    return track.with_joints(smooth(track.joints, pose, frames.shots, float(frames.fps)))


def smooth_blocks(joints: Joints, pose: Pose, shots: np.ndarray, rate: float) -> Iterator[np.ndarray]:
    """What :func:`smooth` returns, some frames at a time, so that memory does not grow with the clip."""
    weight = filter_weight(pose.cutoff, rate)
    # a frame depends on what the filter reaches, a joint in that, if filled, on two found ones, each on half a median's
    margin = pose.median_window // 2 + pose.max_gap + 1 + round(REACH * weight ** (1 / (2 * ORDER)))
    for start in range(0, len(joints), BLOCK):
        first = max(start - margin, 0)
        span = slice(first, start + BLOCK + margin)
        cuts = np.flatnonzero(np.diff(shots[span])) + 1
        parts = np.split(found_only(joints[span], pose.min_confidence), cuts)
        block = np.concatenate([_smooth(part, pose, weight) for part in parts])
        yield block[start - first : start - first + BLOCK]


def filter_weight(cutoff: float | None, rate: float) -> float:
    """How much third differences weigh so that swings of ``cutoff`` Hz keep half of their size, at ``rate`` frames/s.

    At frequency f the smoother leaves the share 1 / (1 + weight (2 sin(pi f / rate))^6). 0, no filter, without a
    cutoff, or if there are no such swings at this rate.
    """
    if cutoff is None or 2 * cutoff >= rate:
        return 0.0
    return (2 * sin(pi * cutoff / rate)) ** (-2 * ORDER)


def _smooth(joints: np.ndarray, pose: Pose, weight: float) -> np.ndarray:
    tracks = np.array(joints.transpose(1, 2, 0), np.float32, order="C")  # (137, 3, frames): contiguous over time
    found = found_joints(joints).T
    tracks[:, :2] = _median(tracks[:, :2], found, pose.median_window)
    found = found | fill_gaps(tracks, found, pose.max_gap)
    if weight:
        _filter(tracks, found, weight)
    return np.where(found[:, None], tracks, 0).transpose(2, 0, 1)


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


def fill_gaps(tracks: np.ndarray, found: np.ndarray, max_gap: int) -> np.ndarray:
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


def _filter(tracks: np.ndarray, found: np.ndarray, weight: float) -> None:
    """Filter every run of ``found`` joints of ``tracks`` (137, 3, frames) in place; confidences stay."""
    patterns, which = np.unique(found, axis=0, return_inverse=True)  # of the face, all joints are found or none
    for number, pattern in enumerate(patterns):
        joints = np.flatnonzero(which == number)
        ends = np.flatnonzero(np.diff(pattern, prepend=False, append=False))
        for start, end in ends.reshape(-1, 2).tolist():
            if end - start > ORDER:  # fewer have no third difference
                run = tracks[joints, :2, start:end].reshape(-1, end - start).T.astype(np.float64)
                smoothed = solveh_banded(_normal_equations(end - start, weight), run, lower=True)
                tracks[joints, :2, start:end] = smoothed.T.reshape(len(joints), 2, -1)


def _normal_equations(frames: int, weight: float) -> np.ndarray:
    """The matrix 1 + weight D'D of a run, its diagonals from the main one downwards, float64 (4, frames)."""
    difference = [(-1) ** k * comb(ORDER, k) for k in range(ORDER + 1)]
    bands = np.zeros((ORDER + 1, frames))
    for below in range(ORDER + 1):
        for k in range(ORDER + 1 - below):
            bands[below, k : k + frames - ORDER] += weight * difference[k] * difference[k + below]
    bands[0] += 1
    return bands
