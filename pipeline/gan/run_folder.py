"""Where a training run keeps what it needs to go on after a stop, for one process at a time."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pipeline.runtime.cli import UserError
from pipeline.runtime.distributed import rank

VARIABLE = "EVERYBODY_DANCE_CACHE"


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
    """The folder of the run ``name``, this process's alone inside the block; removed when the block succeeds, or
    leaves nothing in it. Of several processes that train together rank 0 takes it for all.

    Raises UserError if another process is in there, or if the folder cannot be made.
    """
    folder = cache_folder() / name
    if rank() != 0:
        yield folder
        return
    try:
        lock = _lock(folder)
    except BlockingIOError:
        owner = (folder / "lock").read_text().strip()
        raise UserError(f"{owner} is already training exactly this: wait until it has finished, or stop it") from None
    except OSError as error:
        raise UserError(
            f"{folder}, where checkpoints are kept, cannot be made ({error.strerror}): set {VARIABLE} to a folder that "
            "you can write to"
        ) from None
    with lock:
        for partial in folder.glob(".*.partial*"):  # of a process that was killed
            partial.unlink()
        finished = False
        try:
            yield folder
            finished = True
        finally:
            if finished or [path.name for path in folder.iterdir()] == ["lock"]:
                shutil.rmtree(folder, ignore_errors=True)  # another process may be moving in at this very moment


def _lock(folder: Path) -> TextIO:
    """Make ``folder`` and hold its lock file. Raises BlockingIOError if another process holds it.

    A POSIX record lock: it vanishes with its process however that ends, and loader processes, which outlive a killed
    parent for seconds, do not inherit it.
    """
    path = folder / "lock"
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise
        if path.exists() and os.path.samestat(os.fstat(lock.fileno()), path.stat()):
            lock.truncate(0)
            print(f"process {os.getpid()} on {socket.gethostname()}", file=lock, flush=True)
            return lock
        lock.close()  # its holder finished and removed it while we opened it
