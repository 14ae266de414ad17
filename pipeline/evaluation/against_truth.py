"""From one record a frame of a transfer to the table, the numbers, and what they say beside the baselines'."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.evaluation import registry
from pipeline.evaluation.measure import REGIONS, Record, RegionMeasure
from pipeline.evaluation.paper_tables import Table
from pipeline.evaluation.records import flat, nested, table_of

BASELINES = {"empty_background": "empty background", "nearest_pose": "nearest pose", "mean_frame": "mean frame"}
INDEX = ["source", "frame", "time"]


def frame_table(records: Mapping[str, Sequence[Record]], lpips: str) -> pd.DataFrame:
    """A row a source and frame: source, frame, time (s) and every value in float64, NaN where there is none.

    records: by source. lpips: the name under which LPIPS goes. Raises ValueError if a record has a key
    that no measure declares.
    """
    names = [measure.name for measure in registry.of_regions(lpips)]
    scores = [f"{region}.{measure}" for region in REGIONS for measure in names]
    keys = [
        *scores,
        *(f"true_poses.{score}" for score in scores),
        *(f"baselines.{baseline}.{score}" for baseline in BASELINES for score in scores),
        "joints.normalized",
        "joints.raw",
    ]
    rows = [{"source": source} | record for source, frames in records.items() for record in frames]
    return table_of(rows, INDEX, keys).astype({"source": "str"})


def summarize_sources(table: pd.DataFrame) -> dict[str, Any]:
    """Nested metrics by source: the mean of every measure over the frames that have it.

    ``joints.ratio`` says how many times farther from the truth the raw poses are than the normalized ones. What
    no frame has is left out.
    """
    summary = {}
    for source, frames in table.groupby("source", sort=True):
        means = frames.drop(columns=INDEX).mean().dropna().to_dict()
        if means.get("joints.normalized"):
            means["joints.ratio"] = means["joints.raw"] / means["joints.normalized"]
        summary[source] = nested(means)
    return summary


def region_tables(source: str, metrics: Mapping[str, Any]) -> list[Table]:
    """A table a region: the baselines, the result as rendered from the true poses, and last as delivered.

    metrics: one source's of :func:`summarize_sources`.
    """
    rows = {title: metrics["baselines"].get(name, {}) for name, title in BASELINES.items()}
    rows |= {"result from the true poses": metrics["true_poses"], "result": metrics}
    measures = measures_of(metrics)
    tables = []
    for region, title in REGIONS.items():
        values = [
            (name, [regions.get(region, {}).get(measure.name) for measure in measures])
            for name, regions in rows.items()
        ]
        tables.append(Table(f"{source}: {title}", [measure.column for measure in measures], values))
    return tables


def measures_of(metrics: Mapping[str, Any]) -> list[RegionMeasure]:
    """The measures that one source's metrics have."""
    measures = registry.of_regions(registry.lpips_in(flat(metrics)))
    return [measure for measure in measures if measure.name in metrics["frame"]]


def verdict(source: str, metrics: Mapping[str, Any]) -> list[str]:
    """Sentences: every baseline that the result does not beat, and where; and what normalization is worth."""
    sentences = []
    for baseline, title in BASELINES.items():
        if places := places_lost(metrics, baseline):
            sentences.append(f"{source}: the result does not beat the {title} in the {', the '.join(places)}")
    sentences = sentences or [f"{source}: the result beats every baseline in every region by every measure"]
    joints = metrics.get("joints", {})
    if "ratio" in joints:
        sentences.append(
            f"{source}: the normalized joints are {joints['normalized']:.2f} px from the truth, the raw ones "
            f"{joints['raw']:.2f} px, {joints['ratio']:.2f} times as far"
        )
    return sentences


def places_lost(metrics: Mapping[str, Any], baseline: str) -> list[str]:
    """Where a result does not beat a baseline, and by which measures: ``["person mask (SSIM)"]``."""
    others = metrics["baselines"].get(baseline, {})
    return [
        f"{where} ({', '.join(measure.column for measure in measures)})"
        for region, where in REGIONS.items()
        if (measures := _not_better(measures_of(metrics), metrics.get(region, {}), others.get(region, {})))
    ]


def _not_better(
    measures: Sequence[RegionMeasure], result: Mapping[str, float], baseline: Mapping[str, float]
) -> list[RegionMeasure]:
    """The measures, of those that both have, by which ``result`` is as good as ``baseline`` or worse."""
    return [
        measure
        for measure in measures
        if (name := measure.name) in result
        and name in baseline
        and (result[name] <= baseline[name] if measure.higher_is_better else result[name] >= baseline[name])
    ]
