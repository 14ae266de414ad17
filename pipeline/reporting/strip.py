"""A strip: several pictures side by side in one small video, so that they are in step, to the frame, by themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np

from pipeline.clips.scaling import resize
from pipeline.evaluation.truth import TruthClip
from pipeline.user.cli import UserError
from pipeline.video.encode import SYNTHETIC, video_writer
from pipeline.video.fit import fit_into
from pipeline.video.probe import Video, probe
from pipeline.video.read import read_pictures

TALLEST, WIDEST = 960, 4096  # px: what phones still play
CRF = 22


@dataclass(frozen=True)
class Panel:
    """One picture of a strip: its name, its left edge and its width in px of the strip."""

    name: str
    left: int
    width: int


@dataclass(frozen=True)
class Strip:
    """A strip's video, and where its pictures are in it. fps: frames per second. height: px."""

    path: Path
    fps: Fraction
    frames: int
    height: int
    panels: tuple[Panel, ...]


def write_strip(
    path: Path, side_by_side: Path, names: tuple[str, ...], width: int, height: int, fps: Fraction,
    truth: TruthClip | None = None, sound: Path | None = None,
) -> Strip:
    """Write the pictures of a video that shows them ``side_by_side``, and of the ``truth``, as a strip to ``path``.

    names: of the pictures, from left to right; the last two are ``width`` px wide, and all ``height`` px high. fps:
    frames per second. sound: a video whose sound the strip gets. Raises UserError if the video is missing or is not as
    wide as it should be.
    """
    if not side_by_side.is_file():
        raise UserError(f"{side_by_side} is missing: run `dvc repro` first")
    video = probe(side_by_side)
    widths = [video.width - (len(names) - 1) * width, *[width] * (len(names) - 1)]
    if video.height != height + height % 2 or widths[0] < 1:
        raise UserError(f"{side_by_side} has {video.width}x{video.height} px, which are not {', '.join(names)} side by "
                        f"side, {height} px high: run `dvc repro`")
    widths += [width] * (truth is not None)
    names += ("truth",) * (truth is not None)
    return _write(path, names, widths, height, _pictures(video, truth, fps), fps, sound)


def write_row(path: Path, videos: dict[str, Path]) -> Strip:
    """Write videos, by name, as a strip to ``path``, all as high as the lowest of them.

    Raises UserError if they do not have the same number of frames, or frames a second.
    """
    probed = {name: probe(file) for name, file in videos.items()}
    if len({(video.frames, video.rate) for video in probed.values()}) > 1:
        told = ", ".join(f"{name} {video.frames} at {float(video.rate):g}/s" for name, video in probed.items())
        raise UserError(f"these videos cannot be shown in step, as they have different frames: {told}")
    height = min(video.height for video in probed.values())
    widths = [round(video.width * height / video.height) for video in probed.values()]
    pictures = ([resize(picture, width, height) for picture, width in zip(shown, widths, strict=True)]
                for shown in zip(*map(read_whole, probed.values()), strict=True))
    return _write(path, tuple(videos), widths, height, pictures, next(iter(probed.values())).rate, None)


def pictures_of(strip: Strip, panel: str, frames: list[int]) -> list[np.ndarray]:
    """One picture of a strip in some ``frames``, ascending, uint8 RGB (H, W, 3) each."""
    if not frames:
        return []
    place = next(each for each in strip.panels if each.name == panel)
    wanted, pictures = set(frames), islice(read_whole(probe(strip.path)), frames[-1] + 1)
    return [picture[:, place.left : place.left + place.width].copy()
            for number, picture in enumerate(pictures) if number in wanted]


def read_whole(video: Video) -> Iterator[np.ndarray]:
    """The pictures of one of this project's videos, at their own size."""
    own = fit_into(video.width, video.height, video.width, video.height, "pad")
    return (picture for _, picture in read_pictures(video, own))


def _write(
    path: Path, names: tuple[str, ...], widths: list[int], height: int, pictures: Iterator[list[np.ndarray]],
    fps: Fraction, sound: Path | None,
) -> Strip:
    """Write pictures of these ``widths``, all ``height`` px high, from left to right, small enough to be played."""
    tall = min(height, TALLEST, WIDEST * height // sum(widths))
    edges = [2 * round(edge * tall / height / 2) for edge in np.cumsum([0, *widths])]
    tall -= tall % 2
    with video_writer(path, fps, CRF, sound, comment=SYNTHETIC) as write:
        for parts in pictures:
            write(resize(np.hstack(parts), edges[-1], tall))
    panels = (Panel(name, left, right - left) for name, left, right in zip(names, edges[:-1], edges[1:], strict=True))
    return Strip(path, fps, probe(path).frames, tall, tuple(panels))


def _pictures(video: Video, truth: TruthClip | None, fps: Fraction) -> Iterator[list[np.ndarray]]:
    """The frames of ``video``, each with the one of the truth, whose last one is repeated if it ends earlier."""
    if truth is None:
        yield from ([picture] for picture in read_whole(video))
        return
    true, last = truth.frames(fps), None
    for picture in read_whole(video):
        frame = next(true, None)
        last = last if frame is None else frame.picture
        yield [picture, last] if last is not None else [picture]
