"""The folder in which a training run keeps what it needs to resume after a stop, for one process at a time."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.runtime.locks import LOCK, lock
from pipeline.runtime.unfinished import sweep
from pipeline.training.distributed import rank
from pipeline.user.cli import UserError

VARIABLE = "EVERYBODY_DANCE_CACHE"
FINISHED = "finished"
KEPT = 3600  # s for which a finished run's folder is kept at least


def cache_folder() -> Path:
    """The folder of all runs: the environment variable EVERYBODY_DANCE_CACHE, or a folder in the user's cache.

    It lies outside the project, where DVC deletes nothing and where experiments in other folders (``dvc exp run
    --temp``, ``--queue``) find it too. Raises UserError if the variable is not an absolute path.
    """
    if VARIABLE not in os.environ:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return caches / "everybody-dance-now"
    folder = Path(os.environ[VARIABLE]).expanduser()
    if not folder.is_absolute():
        raise UserError(f"{VARIABLE} is {os.environ[VARIABLE]!r}; allowed: an absolute path, found from every folder")
    return folder


@contextmanager
def run_folder(name: str) -> Iterator[Path]:
    """The folder of the run ``name``, locked for this process inside the block; removed if the block leaves it empty.

    It outlives the run: DVC copies a stage's outputs to its cache only after the stage, and if the disk is full then,
    the training must not be lost. Locking a folder also removes those of runs that :func:`finish` marked as finished an
    hour ago or longer. Rank 0 locks it for all ranks. Raises UserError if another process holds the lock, or if the
    folder cannot be made.
    """
    folder = cache_folder() / name
    if rank() != 0:
        yield folder
        return
    try:
        held = lock(folder)
    except BlockingIOError:
        owner = (folder / LOCK).read_text().strip()
        raise UserError(f"{owner} is already training exactly this: wait until it has finished and run the same again, "
                        "which then finds it done, or stop it") from None
    except OSError as error:
        raise UserError(
            f"{folder}, where checkpoints are kept, cannot be made ({error.strerror}): set {VARIABLE} to a folder that "
            "you can write to"
        ) from None
    with held:
        sweep(folder)
        _prune(folder)
        try:
            yield folder
        finally:
            if [path.name for path in folder.iterdir()] == [LOCK]:
                _remove(folder)


def finish(folder: Path) -> None:
    """Mark a run's folder as finished: the stage's outputs have been written."""
    (folder / FINISHED).touch()


def _prune(taken: Path) -> None:
    """Remove the folders of runs finished so long ago that DVC has their outputs, except ``taken``."""
    for note in set(cache_folder().glob(f"*/{FINISHED}")) - {taken / FINISHED}:
        with suppress(FileNotFoundError, BlockingIOError):  # another process removes it, or holds its lock
            if time.time() - note.stat().st_mtime > KEPT:
                with lock(note.parent):
                    _remove(note.parent)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # another process may be locking it at this very moment
