"""Watch a training: a page of its curves and samples so far, made anew every few seconds until it ends or Ctrl-C.

    python -m pipeline.watch

To be run in a second terminal, in the project's folder. Writes reports/training.html, which a browser shows anew by
itself, and which stays when the training has ended or was stopped.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.clips import paths
from pipeline.params import Params, load_params
from pipeline.reporting.page import render_page
from pipeline.reporting.training import training_sections
from pipeline.runtime.files import atomic
from pipeline.training.run_folder import FINISHED, cache_folder
from pipeline.user.cli import UserError, run

PAGE = paths.REPORTS / "training.html"
EVERY = 5  # s
COLUMNS = {"body": "pose, generated, real", "coarse": "pose, generated, real",
           "face": "pose, body generator, with the face generator's residual, real"}  # fmt: skip


class Moment(NamedTuple):
    """How far a phase was at a time in s."""

    phase: str
    step: int
    time: float


def newest_log() -> Path:
    """The log folder of the run that has logged last. Raises UserError if none has logged anything yet."""
    logs = [log for log in cache_folder().glob("train_*/log") if (log / "plots/metrics").is_dir()]
    if not logs:
        raise UserError(f"no training has logged anything in {cache_folder()} yet: start one with `dvc repro`")
    return max(logs, key=_changed)


def sections_so_far(log: Path) -> list[dict[str, Any]]:
    """Curves and samples of every phase that has logged something, the last one at the end."""
    return [section for name, columns in COLUMNS.items()
            for section in training_sections(log, columns) if section["name"] == name]


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


def _changed(log: Path) -> float:
    """When a run last logged something, s since the epoch."""
    return max(file.stat().st_mtime for file in (log / "plots/metrics").rglob("*.tsv"))


def main() -> None:
    params, first, log, before = load_params(), None, newest_log(), 0.0
    print(f"watching {log}; the page: {PAGE}; Ctrl-C ends this, not the training", flush=True)
    while True:
        log = newest_log()
        finished = (log.parent / FINISHED).exists()
        if _changed(log) != before or finished:
            before = _changed(log)
            sections = sections_so_far(log)
            phase = sections[-1]["name"]
            now = Moment(phase, int(sections[-1]["charts"][0]["x"][-1]), before)
            first = now if first is None or first.phase != phase else first
            steps = steps_of(phase, params)
            html = render_page("training.html", phases=sections, now=now, steps=steps, finished=finished,
                               left=time_left(first, now, steps), every=EVERY)
            with atomic(PAGE) as partial:
                partial.write_text(html)
        if finished:
            print(f"this training has ended; its curves and samples: {PAGE}")
            return
        time.sleep(EVERY)


if __name__ == "__main__":
    run(main)
