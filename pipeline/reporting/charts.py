"""Line charts for the page: several small ones in one SVG."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

COLUMNS = 3
STYLE: dict[RcKeyType, Any] = {
    "svg.hashsalt": "charts",  # else the names inside the file are random
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.4,
}


@dataclass(frozen=True)
class Chart:
    """One chart: title, label of the x axis, and curves (x values, y values) by name; None is a gap."""

    title: str
    x_label: str
    curves: dict[str, tuple[Sequence[float], Sequence[float | None]]]


def charts_uri(charts: Sequence[Chart]) -> str:
    """The charts, three in a row, as ``data:image/svg+xml;base64,…``.

    The same data gives the same bytes.
    """
    rows = -(-len(charts) // COLUMNS)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(12, 2.7 * rows), layout="constrained")
        for place, chart in enumerate(charts, start=1):
            axes = figure.add_subplot(rows, COLUMNS, place)
            for name, (x, y) in chart.curves.items():
                axes.plot(x, np.array(y, np.float64), label=name)
            if all(np.isnan(np.array(y, np.float64)).all() for _, y in chart.curves.values()):
                axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", color="grey")
            axes.set(title=chart.title, xlabel=chart.x_label)
            if len(chart.curves) > 1:
                axes.legend(frameon=False, fontsize=8)
        svg = BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(svg.getvalue()).decode()
