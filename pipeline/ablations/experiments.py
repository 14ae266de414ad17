"""Running a row of a grid as a DVC experiment, and reading what it measured."""

import json
import subprocess
import sys
from typing import Any

import dvc.api

from pipeline.ablations.grid import Settings
from pipeline.clips import paths
from pipeline.user.cli import UserError

SEED = "train.seed"


def run_experiment(name: str, settings: Settings, seed: int) -> dict[str, Any]:
    """Run one experiment in a folder of its own, where it disturbs nothing, and return its metrics, nested.

    Stages that have run with the same parameters before, in this workspace or in another experiment, are taken from
    DVC's cache, so an experiment that is run again costs seconds. Raises UserError if it fails; DVC has told why.
    """
    dvc_command = [sys.executable, "-m", "dvc", "exp"]
    subprocess.run([*dvc_command, "remove", "-q", name], stderr=subprocess.DEVNULL, check=False)  # of an earlier run
    values = settings | {SEED: seed}
    changes = [part for key, value in values.items() for part in ("-S", f"{key}={_literal(value)}")]
    if subprocess.run([*dvc_command, "run", "--temp", "-n", name, *changes], check=False).returncode:
        raise UserError(f"the experiment {name} failed; what it says above tells why")
    return json.loads(dvc.api.read(str(paths.METRICS), rev=name))


def _literal(value: bool | int | float | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
