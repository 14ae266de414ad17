"""The phases of training body generators: each a generator at one picture size against new discriminators."""

from dataclasses import dataclass

import numpy as np
import torch
from dvclive import Live
from torch import Tensor
from torch.utils.data import default_collate

from pipeline.body.data import PairDataset
from pipeline.body.samples import body_grid
from pipeline.body.step import body_losses, discriminator_channels
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.pictures import to_float
from pipeline.params import Log, Train
from pipeline.runtime.devices import memory_format
from pipeline.training.average import MovingAverage
from pipeline.training.batches import step_loader
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import rank_0_first
from pipeline.training.frames import TrainingFrames
from pipeline.training.loop import train
from pipeline.training.matrix_products import use_matrix_products
from pipeline.training.optimizer import make_optimizer
from pipeline.training.state import TrainingState


@dataclass(frozen=True)
class Pairs:
    """Later frames, int64, of pairs of consecutive frames: those to learn from and a few held-out ones to look at."""

    training: np.ndarray
    samples: np.ndarray


class BodyTraining:
    """What all phases share: parameters, precision, device and the objective's perceptual network.

    Raises UserError if the perceptual network's weights are not to be had.
    """

    def __init__(self, params: Train, precision: str, device: torch.device) -> None:
        self.params, self.precision, self.device = params, precision, device
        self.place = {"device": device, "memory_format": memory_format(precision)}
        with rank_0_first():  # one download for all
            self.perceptual = load_perceptual(params, params.lambda_vgg, self.place)

    def start(self, name: str, generator: BodyGenerator, steps: int, decay_steps: int) -> TrainingState:
        """The state of a phase before its first step: ``generator`` and new discriminators."""
        params, d = self.params, self.params.discriminator
        generator.to(**self.place)
        if self.device.type == "cpu" and self.precision == "bf16":
            use_matrix_products(generator)
        discriminator = MultiscaleDiscriminator(discriminator_channels(generator.temporal), d.ndf, d.layers, d.scales)
        optimizers = [
            make_optimizer(network.parameters(), params.learning_rate, (params.beta1, params.beta2), steps, decay_steps)
            for network in (generator, discriminator.to(**self.place))
        ]
        average = MovingAverage(generator, params.ema) if params.ema else None
        return TrainingState(name, generator, discriminator, optimizers, average=average)

    def losses(self, state: TrainingState, batch: list[Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The losses of a batch of :class:`PairDataset`, see :func:`body_losses`."""
        return body_losses(
            state.generator, state.discriminator, self.perceptual, self.params, self.precision, *self._floats(batch)
        )

    def phase(
        self, name: str, generator: BodyGenerator, frames: TrainingFrames, pairs: Pairs, steps: int, decay_steps: int,
        checkpoints: Checkpoints, log: Log, live: Live | None, frozen_global_steps: int = 0,
    ) -> BodyGenerator:
        """Train ``generator`` on ``frames`` from where the last checkpoint stands; returns the one that renders."""
        params = self.params
        state = self.start(name, generator, steps, decay_steps)
        checkpoints.restore(state)
        dataset = PairDataset(frames, pairs.training)
        samples = PairDataset(frames, pairs.samples)
        fixed = default_collate([samples[i] for i in range(len(samples))])
        train(
            state,
            step_loader(dataset, params.batch, state.step, steps + decay_steps, params.seed),
            lambda batch: self.losses(state, batch),
            live,
            checkpoints,
            log.every,
            log.samples_every,
            lambda: body_grid(state.rendered, *self._floats(fixed)),
            lambda step: generator.freeze_global(step <= frozen_global_steps),
        )
        return state.rendered

    def _floats(self, batch: list[Tensor]) -> list[Tensor]:
        """Pictures as the loader sends them, uint8, as networks want them."""
        return [to_float(pictures.to(self.device, non_blocking=True)) for pictures in batch]
