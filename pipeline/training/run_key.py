"""A training run's name: a hash of everything on which its result depends."""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch

from pipeline.networks.weights import sha256


def run_key(
    stage: str, frames: str, files: Iterable[Path], parameters: dict[str, Any], device: torch.device
) -> str:
    """The stage's name and 64 hexadecimal digits, which differ whenever the resulting weights could.

    frames: the digest stored with the frames that the stage reads, since hashing a long clip takes many seconds. files:
    its other inputs, by content; a missing one is reported by whatever reads it. parameters: those that it reads,
    JSON-serializable. This project's code as it is loaded now, the libraries' versions and the kind of device are
    hashed as well. The number of threads is not: a checkpoint stores it.
    """
    parts = {
        "frames": frames,
        "files": [sha256(path) if path.is_file() else None for path in files],
        "parameters": parameters,
        "code": loaded_code(),
        "versions": [torch.__version__, np.__version__, cv2.__version__, version("ai-edge-litert")],
        "device": device_kind(device),
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{stage}-{digest}"


def loaded_code() -> dict[str, str]:
    """The SHA-256 of the source of every loaded module of this project, by the module's name."""
    specs = [
        module.__spec__ for name, module in list(sys.modules.items())
        if name == "__main__" or name.split(".")[0] == "pipeline"
    ]
    # __main__ is the stage under `python -m pipeline.<stage>`, and something else in a test
    return {
        spec.name: sha256(Path(cast(str, spec.origin)))
        for spec in specs if spec is not None and spec.name.startswith("pipeline.")
    }


def device_kind(device: torch.device) -> str:
    """A GPU's model; a CPU's architecture and instruction sets. Devices of one kind compute the same bits."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    abilities = [name for name, there in sorted(torch.cpu.get_capabilities().items()) if there is True]
    return " ".join([platform.machine(), torch.backends.cpu.get_cpu_capability(), *abilities])
