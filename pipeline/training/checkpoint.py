"""Checkpoints: files that hold all that a stopped training run needs to resume as if it had never stopped."""

import hashlib
import json
import shutil
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from dvclive import Live
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from pipeline.runtime.files import atomic
from pipeline.training.distributed import rank, rank_0_first, require_same
from pipeline.training.state import TrainingState
from pipeline.user.cli import UserError


class Checkpoints:
    """The checkpoints of one training run, in ``folder``, with its loss curves and sample grids in ``folder/log``.

    When training ends, ``log`` is copied to the stage's output; it is not written there directly, since DVC may delete
    an output while a process trains. A checkpoint is due ``every`` seconds, and the newest ``keep`` are kept. Creating
    this object resets ``log`` to what it was at the newest intact checkpoint, if there is one; :meth:`restore` then
    gives the training its state. ``last`` names the last checkpoint for the user, None if there is none. All ranks
    read checkpoints; rank 0 alone writes them and the log. Raises UserError if the ranks do not see the same ones.
    """

    def __init__(self, folder: Path, every: float, keep: int) -> None:
        self.folder, self.log, self.every, self.keep = folder, folder / "log", every, keep
        self.last: str | None = None
        self._pending: tuple[dict[str, Tensor], dict[str, Any]] | None = None
        self._saved_at = time.monotonic()
        with rank_0_first():
            self._resume_from_newest()
        require_same((folder.name, self.last), "the processes that train together do not have the same data, "
                     "parameters, code, kind of device or checkpoints: let the project's folder and "
                     "EVERYBODY_DANCE_CACHE lie on a file system that all machines share")
        self.resumed = self._pending is not None

    def _resume_from_newest(self) -> None:
        for path in reversed(self._files()):
            try:
                tensors, header = read_checkpoint(path)
            except ValueError as error:
                if rank() == 0:
                    print(f"{path} {error}, so it is removed and the one before counts", file=sys.stderr)
                    path.unlink()
                continue
            except OSError as error:
                raise UserError(
                    f"{path} cannot be read ({error.strerror}): see to the disk and run the same again"
                ) from None
            if rank() == 0:
                _restore_log(self.log, tensors)
            self._pending = tensors, header
            self.last = f"step {header['step']} of {header['phase']}"
            print(f"resuming from {self.last} ({path})")
            break

    def open_log(self) -> AbstractContextManager[Live | None]:
        """A DVCLive logger that writes to ``log``: appends if this run resumes, else starts with an empty folder.

        None on all ranks but 0.
        """
        if rank() != 0:
            return nullcontext()
        print(f"loss curves and samples while it trains: {self.log}")
        return Live(str(self.log), resume=self.resumed, dvcyaml=False, report=None, save_dvc_exp=False)

    def beyond(self, phase: str) -> bool:
        """Whether the newest checkpoint is of a later phase than ``phase``. Ask for each phase in order."""
        return self._pending is not None and self._pending[1]["phase"] != phase

    def restore(self, state: TrainingState) -> None:
        """Load the newest checkpoint, if there is one, into ``state``, of the phase that the checkpoint is of."""
        if self._pending is not None:
            state.restore(*self._pending)
            self._pending = None

    def due(self) -> bool:
        """Whether the last checkpoint is ``every`` seconds old; only rank 0 ever says so."""
        return rank() == 0 and time.monotonic() - self._saved_at >= self.every

    def save(self, state: TrainingState) -> None:
        """Write a checkpoint of ``state`` and the log folder; remove the oldest one if there are too many.

        If the disk is full, warn and go on with the checkpoints that there are. All ranks call this.
        """
        if rank() != 0:
            self.last = f"step {state.step} of {state.name}"
            return
        files = self._files()
        number = int(files[-1].name.split("-")[0]) + 1 if files else 1
        path = self.folder / f"{number:06d}-{state.name}-{state.step}.safetensors"
        try:
            write_checkpoint(path, state.tensors() | _log_tensors(self.log), state.header())
        except (OSError, SafetensorError) as error:
            tqdm.write(f"warning: no checkpoint could be written at step {state.step} of {state.name} ({error}); "
                       f"training goes on, and the last one is {self.last or 'still to come'}", file=sys.stderr)
        else:
            self.last = f"step {state.step} of {state.name}"
            for old in self._files()[: -self.keep]:
                old.unlink()
        self._saved_at = time.monotonic()

    def _files(self) -> list[Path]:
        """Oldest first; their names begin with a running number."""
        return sorted(self.folder.glob("[0-9]*.safetensors"))


def write_checkpoint(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write one file, whole or not at all. Raises OSError or SafetensorError if it cannot be written."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    content = {"header": header, "sha256": _digest(tensors, header)}
    with atomic(path) as partial:
        save_file(tensors, partial, {"checkpoint": json.dumps(content)})


def read_checkpoint(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (tensors on the CPU, header). Raises ValueError if the file is damaged, OSError if it cannot be read."""
    try:
        with safe_open(path, framework="pt") as file:
            content = json.loads(file.metadata()["checkpoint"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        whole = content["sha256"] == _digest(tensors, content["header"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"is cut short or damaged ({error})") from None
    if not whole:
        raise ValueError("is damaged (its content has another SHA-256)")
    return tensors, content["header"]


def _digest(tensors: dict[str, Tensor], header: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {list(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def _log_tensors(log: Path) -> dict[str, Tensor]:
    """The log folder's files as bytes: after a crash the folder may hold more than was logged at the checkpoint."""
    files = (path for path in log.rglob("*") if path.is_file())
    return {
        f"log/{path.relative_to(log).as_posix()}": torch.from_numpy(np.fromfile(path, np.uint8)) for path in files
    }


def _restore_log(log: Path, tensors: dict[str, Tensor]) -> None:
    """Make the log folder hold the files that ``tensors`` names, and nothing that was logged after them."""
    shutil.rmtree(log, ignore_errors=True)
    log.mkdir(parents=True, exist_ok=True)
    for name, content in tensors.items():
        if name.startswith("log/"):
            file = log / name.removeprefix("log/")
            file.parent.mkdir(parents=True, exist_ok=True)
            content.numpy().tofile(file)
