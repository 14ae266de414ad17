"""Where a training run keeps what it needs to go on after a stop, for one process at a time."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.networks.weights import sha256
from pipeline.runtime.locks import LOCK, lock
from pipeline.runtime.unfinished import sweep
from pipeline.training.distributed import rank
from pipeline.user.cli import UserError

VARIABLE = "EVERYBODY_DANCE_CACHE"
FINISHED = "finished"


def cache_folder() -> Path:
    """The folder of all runs: the environment's EVERYBODY_DANCE_CACHE, or the user's cache.

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
    """The folder of the run ``name``, this process's alone inside the block; removed if the block leaves nothing in it.

    It outlives the run, until :func:`forget`: DVC deletes a stage's outputs before the stage and keeps them only after it,
    and a disk that is full then must not cost the training. Of several processes that train together rank 0 takes it for
    all. Raises UserError if another process is in there, or if the folder cannot be made.
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
        try:
            yield folder
        finally:
            if [path.name for path in folder.iterdir()] == [LOCK]:
                _remove(folder)


def finish(folder: Path, weights: Path) -> None:
    """Note in a run's folder that it has made the file ``weights``."""
    (folder / FINISHED).write_text(sha256(weights))


def forget(weights: Path) -> None:
    """Remove the folder of the run that made ``weights``: what uses them runs when DVC has them in its cache."""
    made = sha256(weights)
    for note in cache_folder().glob(f"*/{FINISHED}"):
        with suppress(FileNotFoundError, BlockingIOError):  # another process removes it, or makes them anew
            if note.read_text() == made:
                with lock(note.parent):
                    _remove(note.parent)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # another process may be moving in at this very moment
