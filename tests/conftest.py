"""What every test may use: the project's folder and its default parameters."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from ruamel.yaml import YAML

from dancers.assets import ASSETS, fetch_wheel
from pipeline.clips import paths
from pipeline.evaluation import registry
from pipeline.evaluation.measure import Measure, Plot, RegionMeasure, crop_values

PROJECT = Path(__file__).parent.parent
os.environ["PYTHONPATH"] = str(PROJECT)  # stages run as `python -m pipeline.<stage>` in other folders


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory) -> None:
    """Unfinished trainings of the tests are kept away from the user's."""
    os.environ["EVERYBODY_DANCE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


def pytest_configure(config: pytest.Config) -> None:
    """Fetch what tests use, once, before processes share them out: the networks that find people, and bodies."""
    if hasattr(config, "workerinput"):
        return  # one of these processes
    if not (PROJECT / paths.DETECTOR).is_dir():
        subprocess.run([sys.executable, "-m", "pipeline.detector"], cwd=PROJECT, check=True)
    fetch_wheel(PROJECT / ASSETS)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder, to be read only."""
    return PROJECT


@pytest.fixture
def default_params() -> dict:
    """The content of the project's own params.yaml, to be changed at will."""
    return YAML(typ="safe").load(PROJECT / "params.yaml")


@pytest.fixture
def invented(monkeypatch) -> None:
    """Two measures that exist nowhere but in the registry: the brightness of crops, and of regions."""
    brightness = Measure(
        of=lambda frame: frame.by_crop("brightness", lambda real, generated: float(generated.mean())),
        plot=Plot("brightness", "how bright a crop is"),
        values=crop_values("brightness", "Brightness", "mean brightness"),
        meaning="Brightness: the mean of a crop",
        higher_is_better=True,
        unit="grey levels",
    )

    def by_region(truth, mask, box, pictures):
        return {name: {"frame": float(picture.mean()), "mask": float(picture[mask].mean())}
                for name, picture in pictures.items()}

    of_regions = RegionMeasure(
        "brightness", "Brightness", lambda network, constants: by_region, higher_is_better=True,
        headline="mean brightness",
    )
    before = registry.of_held_out, registry.of_regions
    for name, known, new in zip(("of_held_out", "of_regions"), before, (brightness, of_regions), strict=True):
        monkeypatch.setattr(registry, name, lambda lpips, known=known, new=new: (*known(lpips), new))


torch.set_num_threads(1)  # these networks are too small to share out
