"""A phase of the body GAN's training: its networks at one picture size, its step function and its data."""

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, default_collate

from pipeline.body.data import PairDataset
from pipeline.body.samples import body_grid
from pipeline.body.step import body_losses, discriminator_channels
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.pictures import to_float
from pipeline.params import Train
from pipeline.training.phase import Phase, place


def body_phase(
    name: str, generator: BodyGenerator, dataset: Dataset, examples: PairDataset, perceptual: nn.Module | None,
    params: Train, precision: str, device: torch.device, steps: int, decay_steps: int, frozen_global_steps: int = 0,
) -> Phase[BodyGenerator]:
    """A phase in which ``generator`` learns from ``dataset``, with new discriminators.

    dataset: its items are those of :class:`PairDataset`. examples: those of the sample grids. perceptual, params,
    precision: see :func:`body_losses`. steps, decay_steps: at a constant learning rate and while it falls to 0.
    frozen_global_steps: the first so many of these steps train the local enhancer only.
    """
    d = params.discriminator
    place(generator, device, precision)
    channels = discriminator_channels(generator.temporal)
    discriminator = MultiscaleDiscriminator(channels, d.ndf, d.layers, d.scales)
    place(discriminator, device, precision)
    if perceptual is not None:
        place(perceptual, device, precision)
    fixed = default_collate([examples[i] for i in range(len(examples))])

    def floats(batch: list[Tensor]) -> list[Tensor]:
        """A batch as the loader sends it, uint8; pictures converted for the networks: float32 in [-1, 1]."""
        poses, seen, plates, known, *moved = (each.to(device, non_blocking=True) for each in batch)
        return [*map(to_float, (poses, seen, plates)), known, *map(to_float, moved)]

    return Phase(
        name, generator, discriminator,
        losses=lambda batch: body_losses(generator, discriminator, perceptual, params, precision, *floats(batch)),
        dataset=dataset,
        sample=lambda rendered: body_grid(rendered, *floats(fixed)),
        steps=steps, decay_steps=decay_steps, batch=params.batch, learning_rate=params.learning_rate,
        betas=(params.beta1, params.beta2), seed=params.seed, ema=params.ema,
        before_step=lambda step: generator.freeze_global(step <= frozen_global_steps),
    )
