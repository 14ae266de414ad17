"""What was measured of transfers whose truth is known, for the page."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.clips import paths
from pipeline.evaluation.against_truth import BASELINES, measures_of, region_tables, verdict
from pipeline.evaluation.measure import RegionMeasure
from pipeline.reporting.charts import Chart
from pipeline.reporting.pictures import picture_uri
from pipeline.user.cli import UserError

REGION = "mask"  # shown by frame: the person, by which results differ most


def delivered_section(source: str, scores: Mapping[str, Any]) -> dict[str, Any]:
    """Tables, sentences and pictures of a source. scores: its part of ``metrics``, the ``transfer`` section."""
    return {
        "measures": measures_of(scores),
        "tables": region_tables(source, scores),
        "verdict": verdict(source, scores),
        "pictures": picture_uri(paths.delivered_picture(source)),
    }


def read_table(path: Path) -> pd.DataFrame:
    """A table that a stage wrote. Raises UserError if it is missing."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro` first")
    return pd.read_parquet(path)


def delivered_frames(source: str) -> pd.DataFrame:
    """What was measured of a source's frames, a row each. Raises UserError if evaluate has not written it."""
    table = read_table(paths.PER_FRAME_TRANSFER)
    return table[table["source"] == source]


def delivered_charts(frames: pd.DataFrame, scores: Mapping[str, Any]) -> list[Chart]:
    """A chart a measure of the person's pixels, by the video's frame: the result and the baselines."""
    return [_chart(frames, measure) for measure in measures_of(scores)]


def _chart(frames: pd.DataFrame, measure: RegionMeasure) -> Chart:
    columns = {"result": f"{REGION}.{measure.name}"} | {
        title: f"baselines.{name}.{REGION}.{measure.name}" for name, title in BASELINES.items()
    }
    curves = {title: frames[column].tolist() for title, column in columns.items()}
    return Chart(f"Person against the truth: {measure.column}", "frame", frames["frame"].tolist(), curves, measure.unit,
                 measure.higher_is_better)
