"""Tables of a grid: every row's mean and spread over seeds beneath the paper's rows, as Markdown and CSV."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.evaluation.against_truth import measures_of
from pipeline.evaluation.measure import REGIONS
from pipeline.evaluation.paper_tables import PAPER, tables

Runs = Mapping[str, Sequence[Mapping[str, Any]]]  # a row's name -> the metrics of each seed, as in metrics.json
COLUMNS = ["table", "row", "column", "mean", "deviation", "seeds"]


def summarize_grid(runs: Runs) -> pd.DataFrame:
    """A line for each table, row and column: mean and standard deviation over the seeds, and how many have the value.

    First the paper's Tables 1 to 4 with the paper's own rows (one value each), then what goes beyond them, then each
    transfer whose truth is known. The deviation is NaN of fewer than two values.
    """
    lines = []
    for table in tables({}, ""):  # without a run of ours: the paper's rows
        for name, values in table.rows[:-1]:
            cells = zip(table.columns, values, strict=True)
            lines += [_line(_title(table.title), f"paper: {name}", column, [v]) for column, v in cells]
    for row, seeds in runs.items():
        flat = [_flat(metrics) for metrics in seeds]
        for title, column in dict.fromkeys(key for values in flat for key in values):
            lines.append(_line(title, row, column, [values.get((title, column)) for values in flat]))
    frame = pd.DataFrame(lines, columns=COLUMNS)
    order = {table: place for place, table in enumerate(dict.fromkeys(frame["table"]))}
    return frame.sort_values("table", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def as_markdown(summary: pd.DataFrame) -> str:
    """A table for each of the summary's: mean ± deviation over the seeds."""
    parts = []
    for table, lines in summary.groupby("table", sort=False):
        columns = list(dict.fromkeys(lines["column"]))
        texts = {(line.row, line.column): _text(line.mean, line.deviation) for line in lines.itertuples()}
        body = [[row, *(texts.get((row, column), "-") for column in columns)] for row in dict.fromkeys(lines["row"])]
        cells = [["", *columns], ["---"] * (1 + len(columns)), *body]
        parts.append("\n".join([f"### {table}", "", *(f"| {' | '.join(row)} |" for row in cells)]))
    return "\n\n".join(parts) + "\n"


def _flat(metrics: Mapping[str, Any]) -> dict[tuple[str, str], float | None]:
    """One run's values by (table, column)."""
    cells: dict[tuple[str, str], float | None] = {}
    for table in tables(metrics, ""):
        cells |= {(_title(table.title), column): value
                  for column, value in zip(table.columns, table.rows[-1][1], strict=True)}
    for source, scores in metrics.get("transfer", {}).items():
        title = f"Transfer of {source} against the truth"
        for region, region_name in REGIONS.items():
            values = scores.get(region, {})
            cells |= {(title, f"{region_name} {measure.column}"): values[measure.name]
                      for measure in measures_of(scores) if measure.name in values}
        cells |= {(title, "joints px"): scores["joints"]["normalized"]} if "joints" in scores else {}
    return cells


def _title(table: str) -> str:
    """A table's title, with its number if it is one of the paper's."""
    return f"Table {list(PAPER).index(table) + 1}: {table}" if table in PAPER else table


def _line(table: str, row: str, column: str, values: Sequence[float | None]) -> tuple:
    known = [value for value in values if value is not None]
    mean = float(np.mean(known)) if known else np.nan
    return table, row, column, mean, float(np.std(known, ddof=1)) if len(known) > 1 else np.nan, len(known)


def _text(mean: float, deviation: float) -> str:
    if np.isnan(mean):
        return "-"
    return f"{mean:.4g}" if np.isnan(deviation) else f"{mean:.4g} ± {deviation:.2g}"
