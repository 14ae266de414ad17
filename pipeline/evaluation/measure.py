"""What a measure is: a function, and all that must be known of its numbers to average, draw and list them.

A measure is a file that holds both, and a line in :mod:`pipeline.evaluation.registry`. The page, which computes
nothing, reads the descriptions too: so no such file may load a network.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Record = dict[str, float | None]  # "frame", "time" and "group.name" -> value; None or absent: has none
Box = tuple[slice, slice]  # rows, columns
Pictures = Mapping[str, np.ndarray]  # by name, uint8 RGB (H, W, 3)

CROPS = ("body", "face")  # around the input pose
REGIONS = {"frame": "whole frame", "box": "person box", "mask": "person mask"}


class PerceptualNetwork(Protocol):
    """What measures ask of :class:`pipeline.evaluation.lpips.Lpips`."""

    def __call__(self, a: np.ndarray, b: np.ndarray) -> np.ndarray: ...

    def features(self, pictures: np.ndarray) -> Any: ...

    def distance(self, a: Any, b: Any) -> np.ndarray: ...


@dataclass(frozen=True)
class HeldOutFrame:
    """A held-out frame and what was rendered for it, uint8 RGB (H, W, 3) each.

    number: in the clip. before: the same two pictures of the frame before, if it truly came just before. crops: the
    real and the rendered one of each of CROPS that is in the picture and large enough for ``lpips``. found: the
    joints in both pictures, when they are found.
    """

    number: int
    real: np.ndarray
    generated: np.ndarray
    before: tuple[np.ndarray, np.ndarray] | None
    crops: Mapping[str, tuple[np.ndarray, np.ndarray]]
    found: tuple[Future, Future]
    lpips: PerceptualNetwork

    @property
    def joints(self) -> tuple[np.ndarray, np.ndarray]:
        """The joints in the real and in the rendered picture, (137, 3) each; waits for the detector."""
        real, generated = self.found
        return real.result(), generated.result()

    def by_crop(self, name: str, of: Callable[[np.ndarray, np.ndarray], float]) -> Record:
        """``{"body.<name>": of(real, rendered), ...}`` of the crops that there are."""
        return {f"{crop}.{name}": of(*pair) for crop, pair in self.crops.items()}

    def over_time(self, of: Callable[..., Record]) -> Record:
        """``of(real before, real, rendered before, rendered)`` below ``temporal``; nothing without a frame before."""
        if not self.before:
            return {}
        real_before, generated_before = self.before
        return prefixed("temporal", of(real_before, self.real, generated_before, self.generated))


@dataclass(frozen=True)
class Plot:
    """Curves by frame that belong together: ``reports/plots/<name>.json`` for DVC, and a titled chart on the page."""

    name: str
    title: str


OVER_TIME = Plot("temporal", "change over time, grey levels")


@dataclass(frozen=True)
class Value:
    """One number a frame.

    key: its column by frame and its mean's place in ``reports/metrics.json``, "group.name". curve: its name in the
    measure's plot. table, column: where the page has its mean. count: where, below ``frames``, it is written over how
    many frames the mean is, a place of its own; "" if nowhere. headline: its name, in words, among the about ten
    numbers of ``reports/summary.json``; "" if it is not one of them. joints: of how many joints it counts the
    missed ones.
    """

    key: str
    curve: str
    table: str
    column: str
    count: str = ""
    headline: str = ""
    joints: int | None = None


def crop_values(name: str, column: str, headline: str = "", counted: bool = False) -> tuple[Value, ...]:
    """The values of a measure of crops, by the keys of :meth:`HeldOutFrame.by_crop`.

    headline: a value's, after its crop. counted: whether its frames are written as the crops' own.
    """
    return tuple(
        Value(
            f"{crop}.{name}",
            curve=crop,
            table=f"{crop.capitalize()} crop",
            column=column,
            count=crop if counted else "",
            headline=headline and f"{crop}: {headline}",
        )
        for crop in CROPS
    )


def temporal_value(name: str, count: str = "", headline: str = "") -> Value:
    """A value of a measure over time, in OVER_TIME, by the key of :meth:`HeldOutFrame.over_time`."""
    return Value(f"temporal.{name}", name, "Over time, grey levels", name, count, headline)


@dataclass(frozen=True)
class Measure:
    """A measure of held-out frames, which gives one value or several.

    of: the values of a frame, by key; None or absent: has none. meaning: a sentence for the page. unit: "" if it has
    none. unmeasured: what to say if no frame has a value that is counted, ``{}`` for the names of such curves.
    """

    of: Callable[[HeldOutFrame], Record]
    plot: Plot
    values: tuple[Value, ...]
    meaning: str
    higher_is_better: bool = False
    unit: str = ""
    unmeasured: str = ""


@dataclass(frozen=True)
class RegionMeasure:
    """A measure of whole pictures against the true one, in each of REGIONS.

    name: the last part of its keys, "region.name". column: its heading in tables. prepare: takes the network and the
    pictures that are compared with every frame, and gives a function of (truth, mask, box, pictures): the true picture,
    the person's pixels in it, bool (H, W), the box around them, None if there are none, and all pictures, those for
    every frame first; it returns each picture's values by region, without ``box`` and ``mask`` if nobody is there.
    unit, headline: as a measure's and a value's; the headline is for the person's mask.
    """

    name: str
    column: str
    prepare: Callable[
        [PerceptualNetwork, Pictures],
        Callable[[np.ndarray, np.ndarray, Box | None, Pictures], dict[str, dict[str, float]]],
    ]
    higher_is_better: bool = False
    unit: str = ""
    headline: str = ""


def prefixed(group: str, values: Mapping[str, float | None]) -> Record:
    """``{"body": 1}`` of ``group`` -> ``{"group.body": 1}``."""
    return {f"{group}.{key}": value for key, value in values.items()}
