"""What was measured of transfers whose truth is known, for the page."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.clips import paths
from pipeline.evaluation.against_truth import BASELINES, measures_of, region_tables, verdict
from pipeline.evaluation.measure import RegionMeasure
from pipeline.reporting.charts import Chart, charts_uri
from pipeline.reporting.pictures import picture_uri
from pipeline.user.cli import UserError

REGION = "mask"  # shown by frame: the person, by which results differ most


def delivered_sections(metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tables, sentences, charts by frame and pictures of every source in ``metrics``, the ``transfer`` section.

    Raises UserError if a file that evaluate should have written is missing.
    """
    if not metrics:
        return []
    if not paths.PER_FRAME_TRANSFER.is_file():
        raise UserError(
            f"{paths.PER_FRAME_TRANSFER} is missing: run `dvc repro`, or `python -m pipeline.evaluate`, first"
        )
    table = pd.read_parquet(paths.PER_FRAME_TRANSFER)
    return [
        {
            "name": source,
            "measures": measures_of(scores),
            "tables": region_tables(source, scores),
            "verdict": verdict(source, scores),
            "pictures": picture_uri(paths.delivered_picture(source)),
            "charts": charts_uri(
                [_chart(table[table["source"] == source], measure) for measure in measures_of(scores)]
            ),
        }
        for source, scores in metrics.items()
    ]


def _chart(frames: pd.DataFrame, measure: RegionMeasure) -> Chart:
    columns = {"result": f"{REGION}.{measure.name}"} | {
        title: f"baselines.{name}.{REGION}.{measure.name}" for name, title in BASELINES.items()
    }
    curves = {title: (frames["frame"], frames[column]) for title, column in columns.items()}
    return Chart(measure.column, "frame", curves)
