"""A constant frame rate out of any: for each moment of the regular grid the picture nearest in time."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from typing import TypeVar

from pipeline.video.probe import Video

Picture = TypeVar("Picture")


def stored_rate(fps: float | None, video: Video) -> Fraction:
    """Frames per second at which ``video`` is stored: those of ``decode.fps``, or its own where that is null."""
    return Fraction(fps).limit_denominator(1001) if fps else video.rate


def resample(
    pictures: Iterable[tuple[Fraction, Picture]], rate: Fraction, duration: Fraction
) -> Iterator[tuple[Fraction, Picture]]:
    """Pictures at ``rate`` frames per second, from the first one's time on, for ``duration`` s.

    Takes and yields (time, picture) with each picture's own time, in s and ascending, so that whoever reads
    can tell repeated and dropped pictures. Where two are equally near, the later one is taken.
    """
    pictures = iter(pictures)
    shown = next(pictures)
    start, frame = shown[0], 0
    frames, end = round(duration * rate), start + duration
    for following in chain(pictures, [None]):
        halfway = end if following is None else (shown[0] + following[0]) / 2
        while frame < frames and start + frame / rate < halfway:
            yield shown
            frame += 1
        if following is not None:
            shown = following
