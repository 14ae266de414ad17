"""Folders that belong to one process at a time."""

import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO

LOCK = "lock"  # the file's name


def lock(folder: Path) -> TextIO:
    """Make ``folder`` and hold its lock file, which says who does. Raises BlockingIOError if another process holds it.

    A POSIX record lock: it vanishes with its process however that ends, and loader processes, which outlive a killed
    parent for seconds, do not inherit it.
    """
    path = folder / LOCK
    while True:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = path.open("a")
        except (FileNotFoundError, FileExistsError):
            if folder.is_file():
                raise
            continue  # another process has removed a folder at this very moment
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise
        if _lies_at(path, file):
            file.truncate(0)
            print(f"process {os.getpid()} on {socket.gethostname()}", file=file, flush=True)
            return file
        file.close()  # its holder finished and removed it while we opened it


def _lies_at(path: Path, file: TextIO) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
