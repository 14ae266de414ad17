"""The detector over a whole clip, on all cores: a process a core, each of them taking one run after another.

A detector keeps two cores busy at most, however many there are.
"""

import signal
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from traceback import format_exception
from typing import cast

import numpy as np

from pipeline.clips.runs import Run, cut_runs
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.detection.body import Body
from pipeline.detection.detector import open_detector
from pipeline.detection.found import Found
from pipeline.detection.people import CHOOSING, Meant, who_is_meant
from pipeline.params import Choice, Keypoints
from pipeline.runtime.parallel import in_threads, usable_cores
from pipeline.user.cli import UserError

WORTH = 200  # frames: with fewer to do, another process takes longer to start (1 s) than it saves


def detect(store: FrameStore, params: Keypoints, person: Choice) -> Iterator[Found]:
    """The joints in every frame of ``store``, in no certain order, by the detector that ``params`` name.

    person: who is meant where there are several. The joints are the same on any number of cores. Raises what a process
    of several raised, and UserError if one was killed.
    """
    meant = find_who_is_meant(store, params, person)
    runs = cut_runs(store.shots)
    processes = min(usable_cores(), len(runs), len(store) // WORTH)
    if processes > 1:
        yield from _in_processes(store, params, meant, runs, processes)
    else:
        for run in runs:
            yield from detect_run(store, params, meant, run)


def find_who_is_meant(store: FrameStore, params: Keypoints, person: Choice) -> Meant | None:
    """Who in the frames of ``store`` is meant by ``person``; None if nobody is seen."""
    some = (store.read(index) for index in spread(len(store), CHOOSING).tolist())
    return who_is_meant(some, person, params.min_detection_confidence)


def detect_run(store: FrameStore, params: Keypoints, meant: Meant | None, run: Run) -> Iterator[Found]:
    """The joints in the frames of one run, in order; a thread reads frames and finds bodies, another the rest."""
    detector = open_detector(params, meant)

    def look(frame: int) -> tuple[np.ndarray, Body | None, bool]:
        picture = store.read(frame)
        return picture, detector.body(picture), detector.crowded

    # one thread, ahead: bodies follow each other, and a store is no place for several
    ahead = in_threads(look, range(run.lead, run.end), threads=1)
    for frame, (picture, body, crowded) in enumerate(ahead, run.lead):
        joints = detector.joints(picture, body)
        if frame >= run.begin:
            yield Found(frame, joints, crowded)


def _in_processes(
    store: FrameStore, params: Keypoints, meant: Meant | None, runs: list[Run], count: int
) -> Iterator[Found]:
    workers = _start(count, store, params, meant)
    todo = iter(runs)
    try:
        while workers:
            for pipe in cast(list[Connection], wait(list(workers))):
                try:
                    answer = pipe.recv()
                    if answer is None:
                        run = next(todo, None)
                        pipe.send(run)
                except (EOFError, OSError):
                    workers[pipe].join()
                    code = workers[pipe].exitcode
                    raise UserError(f"a process that detects the poses of {store.path} ended before its work was done "
                                    f"(exit code {code}; -9 means killed, mostly for want of memory)") from None
                if isinstance(answer, Exception):
                    raise answer
                if answer is not None:
                    yield answer
                elif run is None:
                    workers.pop(pipe).join()
    finally:
        for process in workers.values():
            process.terminate()


def _start(count: int, *arguments: object) -> dict[Connection, BaseProcess]:
    """Processes that serve, each with the pipe to it. They leave answering Ctrl-C to this one, from their birth on."""
    context = get_context("spawn")
    workers: dict[Connection, BaseProcess] = {}
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(count):
            pipe, theirs = context.Pipe()
            workers[pipe] = context.Process(target=_serve, args=(theirs, *arguments), daemon=True)
            workers[pipe].start()
            theirs.close()  # else its end would go unnoticed
    finally:
        signal.signal(signal.SIGINT, handler)
    return workers


def _serve(pipe: Connection, store: FrameStore, params: Keypoints, meant: Meant | None) -> None:
    """Ask for a run with None, send what is found in it, and so on, until the answer is None or nobody listens.

    What goes wrong is sent as well: the process that shows it to the user is the other one.
    """
    with suppress(EOFError, BrokenPipeError):
        try:
            while True:
                pipe.send(None)
                run = pipe.recv()
                if run is None:
                    return
                for found in detect_run(store, params, meant, run):
                    pipe.send(found)
        except (EOFError, BrokenPipeError):
            raise
        except Exception as error:
            error.add_note("".join(format_exception(error)))
            pipe.send(error)
