import pytest

from pipeline.user.cli import UserError
from prior.recipe import load_recipe


def test_the_recipe_is_valid_and_names_its_people():
    recipe = load_recipe()
    assert len(recipe.seeds) >= recipe.body.people and recipe.seeds[0] == recipe.first_seed


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    file = tmp_path / "recipe.yaml"
    file.write_text("first_seed: -1\npairs: 4\nseconds: 10\nsize: 64\nbody: {people: 0, steps: 1, ema: 0.9}\nfase: 3\n")
    with pytest.raises(UserError) as error:
        load_recipe(file)
    for part in ("first_seed", "body.people", "body.decay_steps", "face", "fase"):
        assert part in str(error.value)
