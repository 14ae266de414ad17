"""Files that appear whole or not at all."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.runtime.unfinished import unfinished
from pipeline.user.cli import UserError


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a path of the same name in a folder of its own to write to; move it to ``path`` if the block succeeds.

    Parent folders are made. If the block raises, what was written is removed and ``path`` stays as it was. A power cut
    leaves the old or the new content, too; what a killed process wrote is removed by the next (:mod:`unfinished`).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(path.parent) as folder:
        partial = folder / path.name
        yield partial
        _to_disk(partial)
        os.replace(partial, path)
        _to_disk(path.parent)


def copy_folder(source: Path, path: Path) -> None:
    """Put a copy of the folder ``source`` at ``path``, whole or not at all.

    A folder that is there goes when it is whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished(path.parent) as folder:
        shutil.copytree(source, folder / "new")
        if path.exists():
            path.rename(folder / "old")
        (folder / "new").rename(path)


def _to_disk(path: Path) -> None:
    """Wait until the disk holds a file's content or a folder's entries."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cached_array(path: Path, make: Callable[[], np.ndarray]) -> np.ndarray:
    """The array in the .npy file ``path``; ``make()`` gives it if there is no such file yet."""
    if not path.is_file():
        with atomic(path) as partial:
            np.save(partial, make())
    return np.load(path)


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as indented JSON in its own key order; NaN and infinity are refused (ValueError)."""
    with atomic(path) as partial:
        partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read what a stage wrote with :func:`write_json`. Raises UserError if it is missing or not JSON."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the stage that makes it, first")
    try:
        return json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise UserError(f"{path} is not valid JSON ({error}): delete it and run `dvc repro`") from None
