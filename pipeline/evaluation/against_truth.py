"""From one record a frame of a transfer to the table, the numbers, and what they say beside the baselines'."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.evaluation.paper_tables import Table
from pipeline.evaluation.records import Record, nested

REGIONS = {"frame": "whole frame", "box": "person box", "mask": "person mask"}
BASELINES = {"empty_background": "empty background", "nearest_pose": "nearest pose", "mean_frame": "mean frame"}
HIGHER_IS_BETTER = {"psnr", "ssim"}
KEYS = ["source", "frame", "time"]


def frame_table(records: Mapping[str, Sequence[Record]], lpips: str) -> pd.DataFrame:
    """A row a source and frame: source, frame, time (s) and every measure in float64, NaN where there is none.

    records: by source. lpips: the name under which LPIPS goes, ``lpips_<net>``.
    """
    scores = [f"{region}.{measure}" for region in REGIONS for measure in ("psnr", "ssim", lpips)]
    measures = [
        *scores,
        *(f"baselines.{baseline}.{score}" for baseline in BASELINES for score in scores),
        "joints.normalized",
        "joints.raw",
    ]
    rows = [{"source": source} | record for source, frames in records.items() for record in frames]
    return pd.DataFrame(rows, columns=[*KEYS, *measures]).astype({"source": "str"} | dict.fromkeys(measures, "float64"))


def summarize_sources(table: pd.DataFrame) -> dict[str, Any]:
    """Nested metrics by source: the mean of every measure over the frames that have it.

    ``joints.ratio`` says how many times farther from the truth the raw poses are than the normalized ones. What
    no frame has is left out.
    """
    summary = {}
    for source, frames in table.groupby("source", sort=True):
        means = frames.drop(columns=KEYS).mean().dropna().to_dict()
        if means.get("joints.normalized"):
            means["joints.ratio"] = means["joints.raw"] / means["joints.normalized"]
        summary[source] = nested(means)
    return summary


def region_tables(source: str, metrics: Mapping[str, Any]) -> list[Table]:
    """A table a region: the baselines, then the result. metrics: one source's of :func:`summarize_sources`."""
    rows = {title: metrics["baselines"].get(name, {}) for name, title in BASELINES.items()} | {"result": metrics}
    measures = measures_of(metrics)
    tables = []
    for region, title in REGIONS.items():
        values = [
            (name, [regions.get(region, {}).get(measure) for measure in measures]) for name, regions in rows.items()
        ]
        tables.append(Table(f"{source}: {title}", [heading(measure) for measure in measures], values))
    return tables


def measures_of(metrics: Mapping[str, Any]) -> list[str]:
    """The names of the measures in one source's metrics: psnr, ssim, lpips_<net>."""
    return sorted(metrics["frame"], key=lambda measure: (measure not in HIGHER_IS_BETTER, measure))


def heading(measure: str) -> str:
    """How a measure is called in a table: PSNR, SSIM, lpips_<net>."""
    return measure.upper() if measure in HIGHER_IS_BETTER else measure


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
        f"{where} ({', '.join(map(heading, measures))})"
        for region, where in REGIONS.items()
        if (measures := _not_better(measures_of(metrics), metrics.get(region, {}), others.get(region, {})))
    ]


def _not_better(measures: Sequence[str], result: Mapping[str, float], baseline: Mapping[str, float]) -> list[str]:
    """The measures, of those that both have, by which ``result`` is as good as ``baseline`` or worse."""
    return [
        measure
        for measure in measures
        if measure in result
        and measure in baseline
        and (
            result[measure] <= baseline[measure]
            if measure in HIGHER_IS_BETTER
            else result[measure] >= baseline[measure]
        )
    ]
