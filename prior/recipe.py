"""What the prior is made of, read from recipe.yaml and checked."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from dancers.cast import Description, load_description

RECIPE = Path(__file__).with_name("recipe.yaml")

Count = Annotated[int, Field(ge=1)]


class Schedule(Description):
    """How a network learns: from the first so many people; steps at a constant learning rate and while it falls to 0.
    ema: see ``train.ema``."""

    people: Count
    steps: Count
    decay_steps: Annotated[int, Field(ge=0)]
    ema: Annotated[float, Field(ge=0, lt=1)]


class Recipe(Description):
    """first_seed: the first person's; the next has the next. pairs: of consecutive frames of each, spread over
    ``seconds`` of the dance. size: px, width and height of their pictures."""

    first_seed: Annotated[int, Field(ge=0)]
    pairs: Annotated[int, Field(ge=2)]
    seconds: Annotated[float, Field(gt=0)]
    size: Annotated[int, Field(ge=64, multiple_of=2)]
    body: Schedule
    face: Schedule

    @property
    def seeds(self) -> range:
        """Of all people."""
        return range(self.first_seed, self.first_seed + max(self.body.people, self.face.people))


def load_recipe(file: Path = RECIPE) -> Recipe:
    """Raises UserError naming all that is wrong in the file."""
    return load_description(file, TypeAdapter(Recipe))
