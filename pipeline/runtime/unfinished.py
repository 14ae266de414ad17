"""Where files are while they are written: one place that git and DVC ignore and that no stage depends on."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from pipeline.runtime.locks import lock

PLACE = ".unfinished"  # in .gitignore and .dvcignore
_PROCESS, _NUMBERS = uuid4().hex, count()


@contextmanager
def unfinished(beside: Path) -> Iterator[Path]:
    """A new folder from which a file can be moved into the folder ``beside``.

    It goes, with what is in it, after the block. What killed processes have left in the same place goes first.
    """
    sweep(beside)
    folder = _place(beside) / f"{_PROCESS}-{next(_NUMBERS)}"
    with _held(folder):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            _leave(folder.parent)


def sweep(beside: Path) -> None:
    """Remove what processes that are no more have left where :func:`unfinished` puts what goes into ``beside``."""
    place = _place(beside)
    with suppress(FileNotFoundError):  # there is nothing, or another process has just removed it
        for name in os.listdir(place):
            if not name.startswith(_PROCESS):
                with suppress(BlockingIOError), lock(place / name):
                    shutil.rmtree(place / name, ignore_errors=True)
    _leave(place)


def _leave(place: Path) -> None:
    with suppress(OSError):  # another process has a folder there, or it is gone already
        place.rmdir()


def _held(folder: Path) -> TextIO:
    while True:
        # Another process that sweeps saw it before it was locked, and is about to let go.
        with suppress(BlockingIOError):
            return lock(folder)


def _place(beside: Path) -> Path:
    """In the project's folder, or as near to it as files can be moved from there into ``beside``.

    For a folder outside the project it lies in that folder itself.
    """
    project, beside = Path.cwd(), beside.absolute()
    around = [folder for folder in (beside, *beside.parents) if folder == project or project in folder.parents]
    movable = [folder for folder in around if _file_system(folder) == _file_system(beside)]
    return (movable or [beside])[-1] / PLACE


def _file_system(folder: Path) -> str:
    """An identity that two folders share if files can be moved, and not only copied, from one to the other."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        # Linux: the mount, as one file system may be mounted in two places, between which nothing can be moved either
        told = Path(f"/proc/self/fdinfo/{opened}")
        mount = re.search(r"mnt_id:\s*(\d+)", told.read_text() if told.is_file() else "")
        return mount[1] if mount else str(os.fstat(opened).st_dev)
    finally:
        os.close(opened)
