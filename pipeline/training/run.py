"""A training run: in a folder of its own, from its newest checkpoint to the stage's outputs: weights, loss curves."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pipeline.clips.store import FrameStore
from pipeline.networks.weights import save_weights
from pipeline.params import Params
from pipeline.runtime.files import copy_folder
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import rank
from pipeline.training.run_folder import finish, run_folder
from pipeline.training.run_key import run_key


def run_training(
    stage: str, params: Params, store: FrameStore, inputs: Iterable[Path], parameters: dict[str, Any],
    device: torch.device, train: Callable[[Checkpoints], tuple[dict[str, Tensor], dict[str, Any]]], weights: Path,
    log: Path,
) -> None:
    """Run ``train``; save what it gives in the file ``weights``, loss curves and sample grids in the folder ``log``.

    stage: its name. store, inputs, parameters: the frames, other files and parameters on which the result depends, and
    so which earlier run this one resumes. train: from that run's checkpoints to (tensors, header) of the weight file.
    Rank 0 alone writes.
    """
    files = [*inputs, *([Path(params.train.perceptual_weights)] if params.train.perceptual_weights else [])]
    with run_folder(run_key(stage, store.sha256, files, parameters, device)) as folder:
        checkpoints = Checkpoints(folder, params.checkpoints.every, params.checkpoints.keep)
        tensors, header = train(checkpoints)
        if rank() == 0:
            copy_folder(checkpoints.log, log)
            save_weights(weights, tensors, header)
            finish(folder)
    print(f"generator: {weights}; loss curves and samples: {log}")
