"""What every test may use: the project's folder and its default parameters."""

import os
from pathlib import Path

import pytest
import torch
from ruamel.yaml import YAML

PROJECT = Path(__file__).parent.parent
os.environ["PYTHONPATH"] = str(PROJECT)  # stages run as `python -m pipeline.<stage>` in other folders


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory) -> None:
    """Unfinished trainings of the tests are kept away from the user's."""
    os.environ["EVERYBODY_DANCE_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder, to be read only."""
    return PROJECT


@pytest.fixture
def default_params() -> dict:
    """The content of the project's own params.yaml, to be changed at will."""
    return YAML(typ="safe").load(PROJECT / "params.yaml")

torch.set_num_threads(1)  # these networks are too small to share out
