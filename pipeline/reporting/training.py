"""What DVCLive logged while a network trained, for the page."""

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.reporting.charts import Chart, charts_uri
from pipeline.reporting.pictures import picture_uri

PHASES = ("coarse", "body", "face")  # as they follow one another
TITLES = {  # of the curves that there are, in this order; others follow under their own names
    "d": "discriminators",
    "r1": "discriminators: gradient penalty, real",
    "r2": "discriminators: gradient penalty, generated",
    "g_gan": "generator: adversarial",
    "g_fm": "generator: feature matching",
    "g_vgg": "generator: perceptual",
    "l1": "L1 to the real frame (not trained on)",
    "learning_rate": "learning rate",
}


def training_sections(log: Path, columns: str) -> list[dict[str, Any]]:
    """Loss curves and the last samples of every phase that DVCLive logged in ``log``, if there is any."""
    sections = []
    for phase in filter(Path.is_dir, (log / "plots/metrics" / name for name in PHASES)):
        curves = {file.stem: pd.read_csv(file, sep="\t") for file in sorted(phase.glob("*.tsv"), key=_place)}
        charts = [
            Chart(TITLES.get(key, key), "step", {key: (curve["step"], curve[key])}) for key, curve in curves.items()
        ]
        samples = sorted((log / "plots/images" / phase.name).glob("*.png"))
        sections.append({
            "name": phase.name,
            "charts": charts_uri(charts),
            "samples": picture_uri(samples[-1]) if samples else None,
            "columns": columns,
        })  # fmt: skip
    return sections


def _place(curve: Path) -> tuple[int, str]:
    """By which a file of a loss curve is sorted."""
    titles = list(TITLES)
    return titles.index(curve.stem) if curve.stem in titles else len(titles), curve.stem
