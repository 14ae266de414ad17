"""What DVCLive logged while a network trained, for the page."""

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.reporting.charts import Chart, charts_uri
from pipeline.reporting.pictures import picture_uri

PHASES = ("coarse", "body", "face")  # as they follow one another
LOSSES = {
    "d": "discriminators",
    "r1": "discriminators: gradient penalty, real",
    "r2": "discriminators: gradient penalty, generated",
    "g_gan": "generator: adversarial",
    "g_fm": "generator: feature matching",
    "g_vgg": "generator: perceptual",
    "l1": "L1 to the real frame (not trained on)",
}


def training_sections(log: Path, columns: str) -> list[dict[str, Any]]:
    """Loss curves and the last samples of every phase that DVCLive logged in ``log``, if there is any."""
    sections = []
    for phase in filter(Path.is_dir, (log / "plots/metrics" / name for name in PHASES)):
        curves = {
            key: pd.read_csv(phase / f"{key}.tsv", sep="\t")
            for key in LOSSES
            if (phase / f"{key}.tsv").is_file()
        }
        charts = [
            Chart(LOSSES[key], "step", {key: (curve["step"], curve[key])}) for key, curve in curves.items()
        ]
        samples = sorted((log / "plots/images" / phase.name).glob("*.png"))
        sections.append({
            "name": phase.name,
            "charts": charts_uri(charts),
            "samples": picture_uri(samples[-1]) if samples else None,
            "columns": columns,
        })  # fmt: skip
    return sections
