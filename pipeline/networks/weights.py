"""Network weights as safetensors whose header says how to build the network."""

import hashlib
import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError


def save_weights(path: Path, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
    """Write ``tensors`` and a JSON-serializable ``header``; the same content gives the same bytes."""
    # One metadata entry: safetensors writes several in random order.
    metadata = {"header": json.dumps(header, sort_keys=True)}
    with atomic(path) as partial:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, partial, metadata)


def load_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (tensors on the CPU, header). Raises UserError if the file is missing or is not one of this project's."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the training stage that makes it, first")
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads(file.metadata()["header"])
            return {name: file.get_tensor(name) for name in file.keys()}, header
    except (SafetensorError, KeyError, TypeError) as error:
        message = f"{path} is not a weight file of this project ({error}): delete it and run `dvc repro`"
        raise UserError(message) from None


def sha256(path: Path) -> str:
    """Hex digest of a file, to name a network's inputs in its header."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
