"""A figure by which a person can judge a normalization: rows over time, and poses before and after."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.clips.layout import NOSE, found_joints
from pipeline.clips.track import PoseTrack
from pipeline.normalization.feet import Stance, foot_rows
from pipeline.pose.picture import draw_pose
from pipeline.runtime.files import atomic

POSES = 6  # how many are shown, evenly spread over the clip
SOURCE, TARGET, RESULT = "tab:red", "tab:blue", "tab:green"


def plot_normalization(
    path: Path,
    source: PoseTrack[np.ndarray],
    target: PoseTrack[np.ndarray],
    result: PoseTrack[np.ndarray],
    stances: tuple[Stance, Stance] | None,
    ratios: dict[str, float],
    foot: str,
) -> None:
    """Write a PNG of smoothed ``source`` and ``target`` poses and of the normalized ``result``.

    Left: rows of nose and foot over time in the source's picture, and in the target's. stances: of source and
    target, whose far and near rows are drawn; None if nothing was fitted. Right: poses of the source, and
    below them the same ones normalized, over one of the target in grey. Far right: ``ratios``, how much longer than the
    source's the target's limbs are; empty if limbs were not compared.
    """
    figure = Figure(figsize=(16, 8), layout="constrained")
    grid = figure.add_gridspec(2, 2 + POSES + bool(ratios))
    before, after = (figure.add_subplot(grid[row, :2]) for row in (0, 1))
    _rows(before, source, SOURCE, "source", foot)
    _rows(after, target, TARGET, "target", foot)
    _rows(after, result, RESULT, "source, normalized", foot)
    pictures = (before, source, "source"), (after, target, "target")
    for (axes, track, name), stance in zip(pictures, stances or (None, None), strict=True):
        for row in (stance.far, stance.near) if stance else ():
            axes.axhline(row, color="grey", linewidth=0.8, linestyle="--", zorder=0)
        lines = " (dashed: far, near)" if stance else ""
        axes.set(title=f"{name}'s picture: nose, foot{lines}", xlabel="time (s)", ylabel="row (px)",
                 ylim=(track.height, 0))
        axes.title.set_fontsize("medium")
        axes.legend(loc="center")

    standing = target.joints[_upright(target)]
    standing = draw_pose(standing, target.width, target.height)
    grey = np.repeat(255 - (255 - standing.min(axis=2, keepdims=True)) // 4, 3, axis=2)
    for column, index in enumerate(np.linspace(0, len(source) - 1, POSES).round().astype(int)):
        pose = draw_pose(source.joints[index], source.width, source.height)
        moved = draw_pose(result.joints[index], result.width, result.height)
        moved = np.where((moved == 255).all(axis=2, keepdims=True), grey, moved)
        for row, picture, what in ((0, pose, "source"), (1, moved, "normalized")):
            axes = figure.add_subplot(grid[row, 2 + column])
            axes.imshow(picture)
            axes.set(title=f"{what}, {source.times[index]:.1f} s", xticks=[], yticks=[])
            axes.title.set_fontsize("medium")
    if ratios:
        axes = figure.add_subplot(grid[:, -1])
        bars = axes.barh(list(ratios), np.array(list(ratios.values())) - 1, left=1, color=RESULT)
        axes.bar_label(bars, [f"{ratio:.2f}" for ratio in ratios.values()], fontsize="small")
        axes.axvline(1, color="grey", linewidth=0.8)
        axes.set(title="limbs, target : source", xticks=[])
        axes.title.set_fontsize("medium")
        axes.invert_yaxis()
        axes.margins(x=0.4)
    with atomic(path) as partial:
        figure.savefig(partial, dpi=100, metadata={"Software": None})  # the version would change the bytes


def _rows(axes: Axes, track: PoseTrack[np.ndarray], colour: str, label: str, foot: str) -> None:
    """Plot the rows of nose (thin) and foot (thick) over time."""
    noses = np.where(found_joints(track.joints[:, NOSE]), track.joints[:, NOSE, 1], np.nan)
    feet = foot_rows(track.joints, foot)
    axes.plot(track.times, feet, color=colour, linewidth=1.8, label=label)
    axes.plot(track.times, noses, color=colour, linewidth=0.9)


def _upright(track: PoseTrack[np.ndarray]) -> int:
    """The frame with the greatest height from nose to foot; 0 if none shows both."""
    noses = np.where(found_joints(track.joints[:, NOSE]), track.joints[:, NOSE, 1], np.nan)
    heights = foot_rows(track.joints, "lowest") - noses
    return int(np.argmax(np.nan_to_num(heights, nan=-np.inf)))
