"""Watch trainings: a page of the newest one's curves and samples so far, made anew every few seconds until Ctrl-C.

    python -m pipeline.watch

To be run in a second terminal, in the project's folder, before, while or after something trains: it goes over to
whatever logs last. Writes reports/training.html, which a browser shows anew by itself, and which stays. How many steps
there will be is told by this folder's params.yaml.
"""

import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pandas.errors import EmptyDataError

from pipeline.clips import paths
from pipeline.params import Params, load_params
from pipeline.reporting.page import render_page
from pipeline.reporting.training import training_sections
from pipeline.runtime.files import atomic
from pipeline.training.run_folder import FINISHED, cache_folder
from pipeline.user.cli import UserError, run

PAGE = paths.REPORTS / "training.html"
EVERY = 5  # s

class Moment(NamedTuple):
    """How far a phase was at a time in s."""

    phase: str
    step: int
    time: float


def newest_log() -> Path | None:
    """The log folder of the run that has logged last; None if none has logged anything."""
    return max((log for log in cache_folder().glob("train_*/log") if _logged(log)), key=_changed, default=None)


def steps_of(phase: str, params: Params) -> int:
    """How many steps a phase has in all."""
    if phase == "coarse":
        return params.train.coarse_steps + params.train.coarse_decay_steps
    part = params.train if phase == "body" else params.face
    return part.steps + part.decay_steps


def time_left(first: Moment, now: Moment, steps: int) -> float | None:
    """s until the phase ends, at the speed since ``first``; None if no step has been made since."""
    if now.phase != first.phase or now.step <= first.step:
        return None
    return (steps - now.step) * (now.time - first.time) / (now.step - first.step)


def show(log: Path, params: Params, first: Moment | None) -> Moment:
    """Write the page of a run. first: when the phase was seen first. -> how far it is now."""
    sections = training_sections(log)
    phase = sections[-1]["name"]
    now = Moment(phase, int(sections[-1]["charts"][0]["x"][-1]), _changed(log))
    steps, finished = steps_of(phase, params), (log.parent / FINISHED).exists()
    html = render_page("training.html", phases=sections, now=now, steps=steps, finished=finished, every=EVERY,
                       left=time_left(first or now, now, steps))
    with atomic(PAGE) as partial:
        partial.write_text(html)
    return now


def _logged(log: Path) -> list[Path]:
    """The files of the run's curves so far."""
    return list((log / "plots/metrics").rglob("*.tsv"))


def _changed(log: Path) -> float:
    """When a run last logged something, s since the epoch."""
    return max(file.stat().st_mtime for file in _logged(log))


def main() -> None:
    params, first, shown = load_params(), None, ""
    print(f"the page: {PAGE}; Ctrl-C ends this, not the training", flush=True)
    while True:
        if (log := newest_log()) is not None:
            # a file may be half-written, or a folder removed, at this very moment: the next round sees it whole
            with suppress(EmptyDataError, OSError, UserError):
                now = show(log, params, first)
                first = first if first is not None and first.phase == now.phase else now
            if str(log) != shown:
                print(f"watching {log}", flush=True)
                shown = str(log)
        time.sleep(EVERY)


if __name__ == "__main__":
    run(main, is_stage=False)
