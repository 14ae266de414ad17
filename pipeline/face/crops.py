"""Crops of the fixed body generator's output, kept on disk run by run, so that a stop loses few of them.

A run here is a run of consecutive frames, see :class:`Run`, not a run of training.
"""

from pathlib import Path

import numpy as np

from pipeline.clips.runs import Run
from pipeline.clips.warp import warp, window_matrix
from pipeline.pose.parts import part_matrix
from pipeline.rendering.render import BodyRenderer, delivered_size
from pipeline.runtime.files import atomic
from pipeline.training.frames import TrainingFrames
from pipeline.user.progress import Progress

LEAD_IN = 8  # frames rendered before a run, until the generator's start from zeros no longer shows
LONGEST = 256  # frames of a run, and so of a file: at this length the lead-in costs 3 %


def runs_around(times: np.ndarray, shots: np.ndarray) -> list[Run]:
    """Runs of frames that contain all of the ascending ``times``, each within a shot and at most LONGEST frames long.

    Two of ``times`` share a run if they are at most LEAD_IN frames apart, since those between them would be rendered
    anyway. shots: int (frames,), one more after every cut; as in rendering, the frame after a cut starts from zeros.
    """
    apart = (np.diff(times) > LEAD_IN) | (np.diff(shots[times]) > 0)
    runs = []
    for part in np.split(times, np.flatnonzero(apart) + 1):
        shot, end = int(np.searchsorted(shots, shots[part[0]])), int(part[-1]) + 1
        for begin in range(int(part[0]), end, LONGEST):
            runs.append(Run(max(begin - LEAD_IN, shot), begin, min(begin + LONGEST, end)))
    return runs


class PartCrops:
    """``crops[t, part]``, uint8 RGB (S, S, 3): a part of frame t as the body generator makes it; black where unseen.

    folder: where :func:`render_crops` has put the files of ``runs``; none is held in memory. May be handed to other
    processes. Raises KeyError for a frame in none of the runs.
    """

    def __init__(self, folder: Path, runs: list[Run]) -> None:
        self.folder, self.runs = folder, runs
        self.begins = np.array([run.begin for run in runs])

    def __getitem__(self, which: tuple[int, int]) -> np.ndarray:
        t, part = which
        number = int(np.searchsorted(self.begins, t, side="right")) - 1
        if number < 0 or t >= self.runs[number].end:
            raise KeyError(t)
        run = self.runs[number]
        return np.load(self.file(run), mmap_mode="r")[t - run.begin, part].copy()

    def file(self, run: Run) -> Path:
        """Where the crops of ``run`` are, uint8 (frames, parts, S, S, 3)."""
        return self.folder / f"crops-{run.begin:07d}.npy"


def render_crops(
    body: BodyRenderer, frames: TrainingFrames, squares: np.ndarray, size: int, runs: list[Run], folder: Path
) -> PartCrops:
    """Render each of ``runs`` recurrently, from its lead-in on, and save the crops of its parts in ``folder``.

    Runs whose file is there already are not rendered again. frames: gives poses and windows. squares: see
    :func:`part_squares`. size: S, px of the crops.
    """
    crops = PartCrops(folder, runs)
    missing = [run for run in runs if not crops.file(run).is_file()]
    frames_missing = sum(run.end - run.lead for run in missing)
    with Progress(what="render for the Face GAN", unit="frame", total=frames_missing, disable=not missing) as progress:
        for run in missing:
            made = np.zeros((run.end - run.begin, squares.shape[1], size, size, 3), np.uint8)
            span = slice(run.lead, run.end)
            joints, own, store = frames.joints[span], np.arange(run.lead, run.end), body.clip.store
            path = body.path(joints, store.shots[span], float(store.fps), own)
            scale = fine_enough(squares[span], size)
            for t, each in zip(own, body.run(joints, frames.windows[span], path, scale=scale), strict=True):
                progress.update()
                parts = np.flatnonzero(np.isfinite(squares[t, :, 0]))
                if t < run.begin or not len(parts):
                    continue
                shown = delivered_size(frames.windows[t], scale, *body.view.size)
                view = window_matrix(frames.windows[t], *shown)
                from_canvas = np.linalg.inv(view)
                picture = body.over(body.clip.background(view, *shown), each, frames.windows[t], from_canvas)
                for part in parts:
                    matrix = from_canvas @ part_matrix(squares[t, part], size, int(part))
                    made[t - run.begin, part] = warp(picture, matrix, size, size)
            with atomic(crops.file(run)) as partial:
                np.save(partial, made)
    return crops


def fine_enough(squares: np.ndarray, size: int) -> float:
    """With how many px a px of the canvas pictures hold all that crops of ``size`` px show of ``squares``; at most 1.

    A phone's clip has several times as many pixels, and whole windows of them take a second each.
    """
    sides = squares[..., 2] - squares[..., 0]
    return min(1.0, size / np.nanmin(sides)) if np.isfinite(sides).any() else 1.0
