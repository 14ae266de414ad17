"""The phases of training body generators: each a generator at one picture size against new discriminators."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from dvclive import Live
from torch import Tensor
from torch.utils.data import default_collate

from pipeline.devices import memory_format
from pipeline.distributed import rank_0_first
from pipeline.gan.average import moving_average
from pipeline.gan.batches import step_loader
from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.body_step import BodyLoss, body_losses, discriminator_channels
from pipeline.gan.checkpoint import Checkpoints
from pipeline.gan.data import PairDataset, TrainingFrames
from pipeline.gan.discriminator import MultiscaleDiscriminator
from pipeline.gan.loop import train
from pipeline.gan.losses.perceptual import PerceptualLoss
from pipeline.gan.optimizer import make_optimizer
from pipeline.gan.pictures import to_float
from pipeline.gan.samples import body_grid
from pipeline.gan.training_state import TrainingState
from pipeline.params import Train


@dataclass(frozen=True)
class Pairs:
    """Later frames, int64, of pairs of consecutive frames: those to learn from and a few held-out ones to look at."""

    training: np.ndarray
    samples: np.ndarray


class BodyTraining:
    """What all phases share: parameters, device, perceptual network, checkpoints and the log ``live``.

    Raises UserError if the perceptual network's weights are not to be had.
    """

    def __init__(self, params: Train, precision: str, device: torch.device, checkpoints: Checkpoints) -> None:
        self.params, self.device, self.checkpoints = params, device, checkpoints
        self.place = {"device": device, "memory_format": memory_format(precision)}
        self.loss = BodyLoss(params.gan_loss, params.r1, params.r2, params.lambda_fm, params.lambda_vgg, precision)
        self.perceptual = None
        weights = Path(params.perceptual_weights) if params.perceptual_weights else None
        if params.lambda_vgg:
            with rank_0_first():  # one download for all
                self.perceptual = PerceptualLoss(params.perceptual, weights).to(**self.place)

    def phase(
        self, name: str, generator: BodyGenerator, frames: TrainingFrames, pairs: Pairs, steps: int, decay_steps: int,
        live: Live | None, frozen_global_steps: int = 0,
    ) -> BodyGenerator:
        """Train ``generator`` on ``frames`` from where the last checkpoint stands; returns the one that renders."""
        params, d = self.params, self.params.discriminator
        generator.to(**self.place)
        discriminator = MultiscaleDiscriminator(discriminator_channels(generator.temporal), d.ndf, d.layers, d.scales)
        optimizers = [
            make_optimizer(network.parameters(), params.learning_rate, (params.beta1, params.beta2), steps, decay_steps)
            for network in (generator, discriminator.to(**self.place))
        ]
        average = moving_average(generator, params.ema) if params.ema else None
        state = TrainingState(name, generator, discriminator, optimizers, average=average)
        self.checkpoints.restore(state)
        dataset = PairDataset(frames, pairs.training, lead(params))
        samples = PairDataset(frames, pairs.samples)
        fixed = default_collate([samples[i] for i in range(len(samples))])
        train(
            state,
            step_loader(dataset, params.batch, state.step, steps + decay_steps, params.seed),
            lambda batch: body_losses(generator, discriminator, self.perceptual, self.loss, *self._floats(batch)),
            live,
            self.checkpoints,
            params.log_every,
            params.sample_every,
            lambda: body_grid(state.rendered, *self._floats(fixed)),
            lambda step: generator.freeze_global(step <= frozen_global_steps),
        )
        return state.rendered

    def _floats(self, batch: list[Tensor]) -> list[Tensor]:
        """Pictures as the loader sends them, uint8, as networks want them."""
        return [to_float(pictures.to(self.device)) for pictures in batch]


def lead(params: Train) -> int:
    """How many poses before a pair the training needs: without temporal smoothing frames do not follow one another."""
    return params.rollout - 2 if params.temporal_smoothing else 0
