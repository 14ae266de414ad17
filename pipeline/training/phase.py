"""A phase of training: a generator trained at one picture size, with a new discriminator and new optimizers.

The body GAN has one phase, or two with a local enhancer ("coarse", "body"); the Face GAN has one ("face").
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import numpy as np
import torch
from dvclive import Live
from torch import nn
from torch.utils.data import Dataset

from pipeline.params import Log
from pipeline.runtime.devices import memory_format
from pipeline.training.average import MovingAverage
from pipeline.training.batches import step_loader
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.loop import Losses, train
from pipeline.training.matrix_products import use_matrix_products
from pipeline.training.optimizer import make_optimizer
from pipeline.training.state import TrainingState

AnyGenerator = TypeVar("AnyGenerator", bound=nn.Module)


@dataclass(frozen=True)
class Phase(Generic[AnyGenerator]):
    """All that differs between phases: networks, losses, data, and how long and how fast to learn.

    name: in its loss curves and checkpoints. generator, discriminator: as before the first step, on the device where
    they train (:func:`place`). losses: from a batch to (generator's loss, discriminator's loss, every term by name).
    dataset: what to learn from; item i is requested as i + len * epoch. sample: from the generator that renders to a
    grid of sample pictures, uint8 RGB (H, W, 3). steps, decay_steps: at a constant and at a falling learning rate.
    batch: items per step, over all ranks. betas: Adam's. seed: of the order of the data. ema: decay per step of the
    averaged weights, which then render; 0: no average, the last weights render. before_step: is called with the number
    of each step, from 1 on.
    """

    name: str
    generator: AnyGenerator
    discriminator: nn.Module
    losses: Losses
    dataset: Dataset
    sample: Callable[[AnyGenerator], np.ndarray]
    steps: int
    decay_steps: int
    batch: int
    learning_rate: float
    betas: tuple[float, float]
    seed: int
    ema: float = 0.0
    before_step: Callable[[int], None] = lambda step: None

    def start(self) -> TrainingState:
        """A new training state, before the first step."""
        optimizers = [
            make_optimizer(network.parameters(), self.learning_rate, self.betas, self.steps, self.decay_steps)
            for network in (self.generator, self.discriminator)
        ]
        average = MovingAverage(self.generator, self.ema) if self.ema else None
        return TrainingState(self.name, self.generator, self.discriminator, optimizers, average=average)

    def run(self, checkpoints: Checkpoints, log: Log, live: Live | None) -> AnyGenerator:
        """Train from the newest checkpoint, or from the start, to the last step. -> the generator that renders."""
        state = self.start()
        checkpoints.restore(state)
        batches = step_loader(self.dataset, self.batch, state.step, self.steps + self.decay_steps, self.seed)
        rendered = cast(AnyGenerator, state.rendered)  # the generator, or the copy of it that holds the moving average
        train(state, batches, self.losses, live, checkpoints, log, lambda: self.sample(rendered), self.before_step)
        return rendered


def place(network: nn.Module, device: torch.device, precision: str) -> None:
    """Move ``network`` to ``device``, in the memory format and with the convolutions that train fastest there."""
    # torch's stubs know the two arguments only one at a time
    network.to(device=device, memory_format=memory_format(precision))  # type: ignore[call-overload]
    if device.type == "cpu" and precision == "bf16":
        use_matrix_products(network)
