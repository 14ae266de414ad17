"""Everything that a phase of training changes, to be saved between two steps and restored exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from pipeline.training.average import MovingAverage


@dataclass
class TrainingState:
    """A phase of training between two steps.

    name: the phase's. optimizers: the generator's and the discriminator's, each with its learning-rate schedule. step:
    steps done. terms: by name, every loss term's values, scalars, in the steps since the last point of the loss curves.
    average: the moving average of the generator's weights; None if the last weights are to render.
    """

    name: str
    generator: nn.Module
    discriminator: nn.Module
    optimizers: Sequence[tuple[Optimizer, LRScheduler]]
    step: int = 0
    terms: dict[str, list[Tensor]] = field(default_factory=dict)
    average: MovingAverage | None = None

    @property
    def rendered(self) -> nn.Module:
        """The generator that renders: the averaged one if there is an average."""
        return self.generator if self.average is None else self.average.module

    def tensors(self) -> dict[str, Tensor]:
        """All tensors by name: weights, Adam's moments, terms not logged yet and the random number generator's state.

        The generator is PyTorch's on the CPU: nothing random is drawn on a GPU.
        """
        tensors = {"random": torch.get_rng_state()}
        for name, network in self._networks().items():
            tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
        for i, (optimizer, _) in enumerate(self.optimizers):
            for parameter, moments in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer{i}.{parameter}.{key}": value for key, value in moments.items()}
        return tensors | {f"term.{key}": torch.stack(values) for key, values in self.terms.items()}

    def header(self) -> dict[str, Any]:
        """The rest of the state, JSON-serializable."""
        schedules = [schedule.state_dict() for _, schedule in self.optimizers]
        return {"phase": self.name, "step": self.step, "schedules": schedules, "terms": list(self.terms),
                "threads": torch.get_num_threads()}

    def restore(self, tensors: dict[str, Tensor], header: dict[str, Any]) -> None:
        """Load what :meth:`tensors` (now on the CPU) and :meth:`header` returned.

        PyTorch's number of threads becomes what it was then: how threads divide a sum decides its last bits.
        """
        torch.set_num_threads(header["threads"])
        self.step = header["step"]
        for name, network in self._networks().items():
            network.load_state_dict(_below(tensors, f"{name}."))
        for i, (optimizer, schedule) in enumerate(self.optimizers):
            _restore_moments(optimizer, _below(tensors, f"optimizer{i}."))
            schedule.load_state_dict(header["schedules"][i])
            for group, rate in zip(optimizer.param_groups, schedule.get_last_lr(), strict=True):
                group["lr"] = rate
        device = next(self.generator.parameters()).device
        self.terms = {key: list(tensors[f"term.{key}"].to(device)) for key in header["terms"]}
        torch.set_rng_state(tensors["random"])

    def broken_networks(self) -> list[str]:
        """Which of the networks hold a weight that is NaN or infinite."""
        return [
            name for name, network in self._networks().items()
            if not torch.stack([value.isfinite().all() for value in network.state_dict().values()]).all()
        ]

    def _networks(self) -> dict[str, nn.Module]:
        networks = {"generator": self.generator, "discriminator": self.discriminator}
        return networks if self.average is None else networks | {"average": self.average}


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names start with ``prefix``, by the rest of their names."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _restore_moments(optimizer: Optimizer, tensors: dict[str, Tensor]) -> None:
    """Load Adam's state from ``tensors``, named <number of the parameter>.<key of its state>."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    content = optimizer.state_dict()
    content["state"] = {}
    for name, saved in tensors.items():
        number, key = name.split(".")
        parameter = parameters[int(number)]
        # the fused kernel goes through a parameter and its moments side by side, so they need the same memory layout
        moment = torch.empty_like(parameter).copy_(saved) if saved.shape == parameter.shape else saved
        content["state"].setdefault(int(number), {})[key] = moment
    optimizer.load_state_dict(content)
