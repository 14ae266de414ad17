"""Compare experiments side by side: their numbers, what was set otherwise, and their videos in step.

    python -m pipeline.compare <experiment> <experiment> [<experiment> ...]

Takes names of experiments, branches or commits, and `workspace` for what lies here. Nothing is run again: all of it
comes from git and DVC's cache. Writes reports/compare.html, and into reports/compare/ its videos.
"""

import sys
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from dvc.api import DVCFileSystem
from dvc.exceptions import DvcException
from dvc.scm import RevError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.clips import paths
from pipeline.evaluation.records import flat
from pipeline.evaluation.summary import numbers, verdict
from pipeline.params.preset import written
from pipeline.params.whole import PARAMS_FILE
from pipeline.reporting.page import render_page
from pipeline.reporting.player import MAILED, player
from pipeline.reporting.strip import write_row
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError, run
from pipeline.video.encode import SYNTHETIC

PAGE, VIDEOS = paths.REPORTS / "compare.html", paths.REPORTS / "compare"
WORKSPACE = "workspace"


class Experiment(NamedTuple):
    """What a revision made: its files, metrics and parameters, nested."""

    files: DVCFileSystem
    metrics: dict[str, Any]
    params: dict[str, Any]


def open_experiment(revision: str) -> Experiment:
    """What the ``revision`` made. Raises UserError if there is no such one, or its results are not here."""
    try:
        files = DVCFileSystem(".", rev=None if revision == WORKSPACE else revision)
        yaml = YAML(typ="safe")
        metrics, params = (yaml.load(BytesIO(files.read_bytes(str(file)))) for file in (paths.METRICS, PARAMS_FILE))
    except RevError:
        raise UserError(f"git knows no {revision!r}: `dvc exp list` names the experiments") from None
    except (OSError, DvcException, YAMLError) as error:
        raise UserError(f"{revision} has no results here ({error}): `dvc exp run` makes them, or `dvc pull` brings "
                        "them from a remote") from None
    return Experiment(files, metrics, params)


def set_otherwise(experiments: Mapping[str, Experiment]) -> list[tuple[str, list[str]]]:
    """(key, its value in each experiment) of every parameter that is not the same in all."""
    values = [flat(experiment.params) for experiment in experiments.values()]
    keys = dict.fromkeys(key for each in values for key in each)
    return [(key, [written(each.get(key)) for each in values]) for key in keys
            if len({str(each.get(key)) for each in values}) > 1]


def measured(experiments: Mapping[str, Experiment]) -> list[dict[str, Any]]:
    """The numbers to read first, each with every experiment's value and its difference from the first one's."""
    by_key = [{number.key: number for number in numbers(each.metrics)} for each in experiments.values()]
    rows = []
    for key in dict.fromkeys(key for each in by_key for key in each):
        found = [each.get(key) for each in by_key]
        known = next(number for number in found if number is not None)
        values = [None if number is None else number.value for number in found]
        first = values[0]
        rows.append({
            "name": known.name, "unit": known.unit, "higher_is_better": known.higher_is_better, "values": values,
            "differences": [None if value is None or first is None else value - first for value in values],
        })  # fmt: skip
    return rows


def videos_in_step(experiments: Mapping[str, Experiment], source: str, folder: Path) -> dict[str, Any]:
    """A player of one source's result in every experiment."""
    files = {}
    for number, (name, experiment) in enumerate(experiments.items()):
        files[name] = folder / f"{source}_{number}.mp4"
        try:
            experiment.files.get_file(str(paths.video(source)), str(files[name]))
        except (OSError, DvcException) as error:
            raise UserError(f"{paths.video(source)} of {name} is not here ({error}): `dvc pull` brings it from a "
                            "remote") from None
    strip = write_row(VIDEOS / f"{source}.mp4", files)
    return player(strip, {}, [], [], "", "", inside=strip.path.stat().st_size <= MAILED)


def compare(revisions: list[str]) -> str:
    """The page as HTML. revisions: each another. Raises UserError if one cannot be shown."""
    experiments = {revision: open_experiment(revision) for revision in revisions}
    sources = [source for source in next(iter(experiments.values())).params["sources"]
               if all(source in each.params["sources"] for each in experiments.values())]
    with TemporaryDirectory() as folder:
        return render_page(
            "compare.html",
            names=list(experiments),
            verdicts={name: verdict(each.metrics) for name, each in experiments.items()},
            numbers=measured(experiments),
            params=set_otherwise(experiments),
            players={source: videos_in_step(experiments, source, Path(folder)) for source in sources},
            synthetic=SYNTHETIC,
        )


def main(*revisions: str) -> None:
    if len(set(revisions)) < len(revisions):
        raise UserError("name different experiments, such as: python -m pipeline.compare HEAD workspace")
    html = compare(list(revisions))
    with atomic(PAGE) as partial:
        partial.write_text(html)
    print(f"{', '.join(revisions)} side by side: {PAGE}")


if __name__ == "__main__":
    run(main, *(["experiment"] * max(2, len(sys.argv) - 1)), is_stage=False)
