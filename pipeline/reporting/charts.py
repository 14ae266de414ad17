"""Charts for the page: their data, which the page's own script draws (with uPlot)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

DIGITS = 5  # that count: no screen shows more


@dataclass(frozen=True)
class Chart:
    """One chart: curves by name over the same x values; None or NaN is a gap.

    unit: of the values, "" if they have none. higher_is_better: which way is better; None: neither.
    """

    title: str
    x_label: str
    x: Sequence[float]
    curves: dict[str, Sequence[float | None]]
    unit: str = ""
    higher_is_better: bool | None = None

    def data(self) -> dict[str, Any]:
        """What the page's script needs, as JSON holds it."""
        better = {None: "", True: "higher is better", False: "lower is better"}[self.higher_is_better]
        return {
            "title": self.title,
            "note": ", ".join(filter(None, (self.unit, better))),
            "xLabel": self.x_label,
            "x": list(self.x),
            "names": list(self.curves),
            "curves": [[_rounded(value) for value in curve] for curve in self.curves.values()],
        }


def novelty_over(x: Sequence[float], x_label: str, values: Sequence[float | None]) -> Chart:
    """How unlike a dance's poses are, over its time (see :mod:`pipeline.foresight.novelty`)."""
    return Chart("How unlike any pose that the target shows", x_label, x, {"distance": values}, "heights", False)


def _rounded(value: float | None) -> float | None:
    if value is None or not isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}")
