"""A run's few numbers that matter: what DVC compares, what the page begins with, and what they say in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.evaluation import registry
from pipeline.evaluation.against_truth import BASELINES, measures_of, places_lost
from pipeline.evaluation.records import flat, nested

MANY = 0.1  # share of a part's joints that may be missed before the part is called weak


@dataclass(frozen=True)
class Number:
    """A number to read first.

    key: its place in ``reports/summary.json``, dots between groups. name: in words. unit: of the value, "" if it has
    none. higher_is_better: which way is better. joints: of how many joints a frame it counts the missed ones,
    None if it does not.
    """

    key: str
    name: str
    value: float
    unit: str = ""
    higher_is_better: bool = False
    joints: int | None = None

    @property
    def is_weak(self) -> bool:
        """Whether it counts more than a tenth of a part's joints as missed."""
        return self.joints is not None and self.value > MANY * self.joints


def numbers(metrics: Mapping[str, Any]) -> list[Number]:
    """Of all that ``reports/metrics.json`` holds, nested, about ten; those that were not measured are left out."""
    return [*_held_out(metrics), *_transfers(metrics)]


def summarize(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """:func:`numbers` as ``reports/summary.json`` holds them, nested."""
    return nested({number.key: number.value for number in numbers(metrics)})


def verdict(metrics: Mapping[str, Any]) -> str:
    """The run in one sentence: which baselines its transfers do not beat, and the weakest part of the person."""
    parts = []
    for source, scores in metrics.get("transfer", {}).items():
        lost = [title for name, title in BASELINES.items() if places_lost(scores, name)]
        parts.append(f"{source} does not beat the {' and the '.join(lost)} everywhere" if lost
                     else f"{source} beats every baseline by every measure")
    weak = [number for number in numbers(metrics) if number.is_weak]
    parts += [f"weak: {number.key.rpartition('.')[2]}, {number.value:.3g} of {number.joints} joints missed a frame"
              for number in weak]
    if not weak:
        values = registry.held_out_values(registry.PAPERS_LPIPS)
        *others, last = [value.key.rpartition(".")[2] for value in values if value.joints]
        parts.append(f"of {', '.join(others)} and {last} at most a tenth of the joints is missed")
    return "; ".join(parts) + "."


def _held_out(metrics: Mapping[str, Any]) -> list[Number]:
    values = flat(metrics)
    found = [
        Number(value.key, value.headline, values[value.key], measure.unit, measure.higher_is_better, value.joints)
        for measure in registry.of_held_out(registry.lpips_in(values))
        for value in measure.values
        if value.headline and value.key in values
    ]
    groups = list(dict.fromkeys(number.key.split(".")[0] for number in found))
    return sorted(found, key=lambda number: groups.index(number.key.split(".")[0]))  # all of a crop together


def _transfers(metrics: Mapping[str, Any]) -> Iterator[Number]:
    for source, scores in metrics.get("transfer", {}).items():
        for measure in measures_of(scores):
            if measure.headline and measure.name in (person := scores.get("mask", {})):
                name = f"{source}, person against the truth: {measure.headline}"
                key = f"transfer.{source}.mask.{measure.name}"
                yield Number(key, name, person[measure.name], measure.unit, measure.higher_is_better)
