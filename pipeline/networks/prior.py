"""Generators that start from a prior: weights that have learned on invented people what all people share."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from pipeline.networks.weights import load_weights, save_weights
from pipeline.user.cli import UserError


def save_prior(path: Path, generator: nn.Module, architecture: dict[str, Any], recipe: dict[str, Any]) -> None:
    """Save a generator's weights in half precision. recipe: what it has learned from, JSON-serializable."""
    halves = {name: _half(tensor) for name, tensor in generator.state_dict().items()}
    save_weights(path, halves, {"architecture": architecture, "recipe": recipe})


def read_prior(path: Path, architecture: dict[str, Any]) -> dict[str, Tensor]:
    """The weights in ``path`` for a generator built with ``architecture``, float32.

    Raises UserError if the file is missing, is no weight file, or is of another architecture.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: get it back by `git checkout {path}`, or set train.start to scratch")
    tensors, header = load_weights(path)
    theirs = header["architecture"]
    if theirs != architecture:
        differing = [name for name in {**theirs, **architecture} if theirs.get(name) != architecture.get(name)]
        said = ", ".join(f"{name} {theirs.get(name)!r} instead of {architecture.get(name)!r}" for name in differing)
        raise UserError(f"train.start is prior, but {path} was made for another network: {said}; set train.start to "
                        "scratch, or make a prior of that network: python -m prior")
    return {name: tensor.float() for name, tensor in tensors.items()}


def _half(tensor: Tensor) -> Tensor:
    return tensor.to(torch.float16) if tensor.is_floating_point() else tensor
