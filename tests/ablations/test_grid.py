"""Grids: every row of every grid is a valid params.yaml, and its rows differ."""

import pytest
from ruamel.yaml import YAML

from pipeline.ablations.grid import GRIDS, experiment_name, load_grid
from pipeline.params import load_params
from pipeline.user.cli import UserError

NAMES = list(YAML(typ="safe").load(GRIDS))


@pytest.mark.parametrize("name", NAMES)
def test_every_row_is_allowed_and_names_the_same_parameters(name, default_params, tmp_path):
    rows = load_grid(name)
    assert len({tuple(sorted(settings)) for settings in rows.values()}) == 1
    assert len({str(settings) for settings in rows.values()}) == len(rows)
    for settings in rows.values():
        for key, value in settings.items():
            section, *inner, last = key.split(".")
            branch = default_params[section]
            for part in inner:
                branch = branch[part]
            assert last in branch  # dvc exp run -S refuses others
            branch[last] = value
        YAML().dump(default_params, tmp_path / "params.yaml")
        load_params(tmp_path / "params.yaml")


def test_names_of_experiments_are_different_and_plain():
    names = [experiment_name(grid, row, seed) for grid in NAMES for row in load_grid(grid) for seed in (0, 1)]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() for name in names)


def test_an_unknown_grid_is_one_sentence():
    with pytest.raises(UserError, match="paper, improvements"):
        load_grid("papre")
