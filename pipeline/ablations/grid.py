"""Grids of experiments as ``grids.yaml`` beside this file describes them."""

from pathlib import Path

from ruamel.yaml import YAML

from pipeline.user.cli import UserError

GRIDS = Path(__file__).with_name("grids.yaml")

Settings = dict[str, bool | int | float | str]  # a parameter's name, "train.lambda_vgg", and its value


def load_grid(name: str) -> dict[str, Settings]:
    """The rows of a grid in their order: a name and what each sets. Raises UserError for a name that is not there."""
    grids = YAML(typ="safe").load(GRIDS)
    if name not in grids:
        raise UserError(f"there is no grid {name!r} in {GRIDS.name}; there are: {', '.join(grids)}")
    return grids[name]


def experiment_name(grid: str, row: str, seed: int) -> str:
    """A name that DVC takes: letters, digits and dashes."""
    words = "".join(character if character.isalnum() else "-" for character in row)
    return "-".join([grid, *filter(None, words.split("-")), f"seed{seed}"])
