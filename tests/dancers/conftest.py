"""The body assets, downloaded once (47 MB) into the folder that the demo itself uses, and two bodies made of them."""

from pathlib import Path

import pytest

from dancers.assets import Template, fetch_wheel, load_template, shape_body

FOLDER = Path(__file__).parents[2] / "data/dancers"
AVERAGE = {"gender": 0, "age": 0.67, "muscle": 0.5, "weight": 0.5, "height": 0.4, "proportions": 0.5, "cupsize": 0.5,
           "firmness": 0.5, "african": 1, "asian": 1, "caucasian": 1}


@pytest.fixture(scope="session")
def wheel() -> Path:
    """The wheel that holds the assets."""
    return fetch_wheel(FOLDER)


@pytest.fixture(scope="session")
def template(wheel: Path) -> Template:
    """The template mesh."""
    return load_template(wheel)


@pytest.fixture
def shape() -> dict:
    """The shape of an average man, to be changed at will."""
    return dict(AVERAGE)


@pytest.fixture(scope="session", params=["tall man", "short woman"])
def body(request: pytest.FixtureRequest, wheel: Path, template: Template) -> tuple:
    """Rest vertices and bone heads of a tall heavy man and of a short slim woman."""
    kind = {"tall man": {"height": 0.6, "weight": 0.7, "muscle": 0.8},
            "short woman": {"gender": 1, "height": 0.3, "weight": 0.3}}[request.param]
    return shape_body(wheel, template, AVERAGE | kind)
