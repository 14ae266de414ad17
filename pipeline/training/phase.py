"""A phase of training, body's or face's: a generator at one picture size against a new discriminator."""

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
    """What body and face are told apart by, and how long and how fast they learn.

    name: of its curves and checkpoints. generator, discriminator: before the first step, where they train
    (:func:`place`). losses: the step function, from a batch to losses. dataset: what to learn from; every item may be
    asked for again and again as i + len * epoch. sample: what the generator that renders makes of a few examples, uint8
    RGB (H, W, 3). steps, decay_steps: at a constant and at a falling learning rate. batch: items a step, of all
    processes together. betas: Adam's. seed: of the order of the data. ema: decay a step of the averaged weights that
    render, 0: the last weights do. before_step: gets the number of each step, from 1 on.
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
        """The state before the first step."""
        optimizers = [
            make_optimizer(network.parameters(), self.learning_rate, self.betas, self.steps, self.decay_steps)
            for network in (self.generator, self.discriminator)
        ]
        average = MovingAverage(self.generator, self.ema) if self.ema else None
        return TrainingState(self.name, self.generator, self.discriminator, optimizers, average=average)

    def run(self, checkpoints: Checkpoints, log: Log, live: Live | None) -> AnyGenerator:
        """Train from where the last checkpoint stands; returns the generator that renders."""
        state = self.start()
        checkpoints.restore(state)
        batches = step_loader(self.dataset, self.batch, state.step, self.steps + self.decay_steps, self.seed)
        rendered = cast(AnyGenerator, state.rendered)  # the generator or a copy of it that holds its average
        train(state, batches, self.losses, live, checkpoints, log, lambda: self.sample(rendered), self.before_step)
        return rendered


def place(network: nn.Module, device: torch.device, precision: str) -> nn.Module:
    """Put ``network`` where it trains, in the memory format and with the kinds of convolutions that are fast there."""
    # torch's stubs know the two arguments one by one only
    network.to(device=device, memory_format=memory_format(precision))  # type: ignore[call-overload]
    if device.type == "cpu" and precision == "bf16":
        use_matrix_products(network)
    return network
