"""What DVCLive logged while a network trained, for the page."""

from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.clips.spread import spread
from pipeline.reporting.charts import Chart
from pipeline.reporting.pictures import picture_uri

COLUMNS = {  # of the grids of samples, by phase, as these follow one another
    "coarse": "pose, generated, real",
    "body": "pose, generated, real",
    "face": "pose, body generator, with the face generator's residual, real",
}
SAMPLES = 8  # of a phase: evenly spread over its steps
WIDEST = 900  # px of a grid of samples
TITLES = {  # of the curves that there are, in this order; others follow under their own names
    "d": "discriminators",
    "r1": "discriminators: gradient penalty, real",
    "r2": "discriminators: gradient penalty, generated",
    "g_gan": "generator: adversarial",
    "g_fm": "generator: feature matching",
    "g_vgg": "generator: perceptual",
    "g_mask": "generator: mask",
    "l1": "L1 to the real frame (not trained on)",
    "learning_rate": "learning rate",
}
LOWER_IS_BETTER = {"l1", "g_vgg", "g_fm"}  # the others rise and fall with their opponent


def training_sections(log: Path) -> list[dict[str, Any]]:
    """Loss curves and samples over time of every phase that DVCLive logged in ``log``, if there is any."""
    sections = []
    for phase in filter(Path.is_dir, (log / "plots/metrics" / name for name in COLUMNS)):
        curves = {file.stem: pd.read_csv(file, sep="\t") for file in sorted(phase.glob("*.tsv"), key=_place)}
        samples = sorted((log / "plots/images" / phase.name).glob("*.png"))
        sections.append({
            "name": phase.name,
            "charts": [_chart(key, curve).data() for key, curve in curves.items()],
            "samples": [{"step": int(samples[each].stem.rpartition("_")[2]),
                         "picture": picture_uri(samples[each], WIDEST)}
                        for each in spread(len(samples), SAMPLES).tolist()],
            "columns": COLUMNS[phase.name],
        })  # fmt: skip
    return sections


def _chart(key: str, curve: pd.DataFrame) -> Chart:
    better = False if key in LOWER_IS_BETTER else None
    return Chart(TITLES.get(key, key), "step", curve["step"].tolist(), {key: curve[key].tolist()}, "", better)


def _place(curve: Path) -> tuple[int, str]:
    """By which a file of a loss curve is sorted."""
    titles = list(TITLES)
    return titles.index(curve.stem) if curve.stem in titles else len(titles), curve.stem
