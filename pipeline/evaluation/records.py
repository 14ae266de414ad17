"""From one record a frame to the table, the plots and the numbers of a run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.evaluation import registry
from pipeline.evaluation.measure import Plot, Record
from pipeline.runtime.files import atomic

INDEX = ["frame", "time"]


def plots(lpips: str) -> dict[Plot, dict[str, str]]:
    """What is drawn by frame, plot by plot: the curves' names -> keys. lpips: the name under which LPIPS goes."""
    curves: dict[Plot, dict[str, str]] = {}
    for measure in registry.of_held_out(lpips):
        curves.setdefault(measure.plot, {}).update({value.curve: value.key for value in measure.values})
    return curves


def to_table(records: Sequence[Record], lpips: str) -> pd.DataFrame:
    """A row a frame: frame, time (s) and every value in float64, NaN where the frame has none.

    Raises ValueError if a record has a key that no measure declares.
    """
    return table_of(records, INDEX, sorted(value.key for value in registry.held_out_values(lpips)))


def table_of(records: Sequence[Mapping[str, Any]], index: Sequence[str], keys: Sequence[str]) -> pd.DataFrame:
    """A row a record: the columns ``index`` as they are, then ``keys`` in float64, NaN where a record has none.

    Raises ValueError if a record has any other key.
    """
    if unknown := sorted(set().union(*records).difference(index, keys)):
        raise ValueError(
            f"measured but declared by no measure in pipeline/evaluation/registry.py: {', '.join(unknown)}"
        )
    return pd.DataFrame(records, columns=[*index, *keys]).astype(dict.fromkeys(keys, "float64"))


def summarize(table: pd.DataFrame) -> dict[str, Any]:
    """Nested metrics: the mean of every value over the frames that have it, and ``frames.…``: how many do.

    A value that no frame has is left out; its count says 0.
    """
    means = {name: float(column.mean()) for name, column in table.drop(columns=INDEX).items() if column.count()}
    values = registry.held_out_values(registry.lpips_in(table))
    counts = {f"frames.{value.count}": int(table[value.key].count()) for value in values if value.count}
    return nested({"frames.held_out": len(table)} | counts | means)


def unmeasured(metrics: Mapping[str, Any]) -> list[str]:
    """A sentence for each measure of which no frame could give a counted value, in :func:`summarize`'s metrics."""
    found = flat(metrics)
    sentences = []
    for measure in registry.of_held_out(registry.lpips_in(found)):
        absent = [value.curve for value in measure.values if value.count and not found[f"frames.{value.count}"]]
        if absent:
            sentences.append(measure.unmeasured.format(", ".join(absent)))
    return sentences


def write_plots(folder: Path, table: pd.DataFrame) -> None:
    """One JSON a plot in ``folder`` for ``dvc plots``: a record a frame, null where it has no value.

    JSON, since ``dvc plots`` draws the empty cells of a CSV as zeros: often the best score there is.
    """
    for plot, columns in plots(registry.lpips_in(table)).items():
        curves = table[["frame", *columns.values()]].set_axis(["frame", *columns], axis=1)
        with atomic(folder / f"{plot.name}.json") as partial:
            curves.to_json(partial, orient="records", double_precision=6, indent=2)


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """``{"body.ssim": 1}`` -> ``{"body": {"ssim": 1}}``, groups and names sorted."""
    tree: dict[str, Any] = {}
    for key in sorted(flat):
        *groups, name = key.split(".")
        branch = tree
        for group in groups:
            branch = branch.setdefault(group, {})
        branch[name] = flat[key]
    return tree


def flat(tree: Mapping[str, Any]) -> dict[str, Any]:
    """``{"body": {"ssim": 1}}`` -> ``{"body.ssim": 1}``."""
    leaves: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            leaves |= {f"{key}.{rest}": leaf for rest, leaf in flat(value).items()}
        else:
            leaves[key] = value
    return leaves
