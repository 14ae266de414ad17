"""The Face GAN's training, on the fixed body generator's output: its networks, its step function and its data."""

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, default_collate

from pipeline.face.data import PartDataset
from pipeline.face.samples import face_grid
from pipeline.face.step import face_losses
from pipeline.networks.discriminator import PatchDiscriminator
from pipeline.networks.face_generator import FaceGenerator, label_planes
from pipeline.networks.pictures import to_float
from pipeline.params import Face, Train
from pipeline.training.phase import Phase, place


def face_phase(
    generator: FaceGenerator, dataset: Dataset, examples: PartDataset, perceptual: nn.Module | None, face: Face,
    params: Train, precision: str, device: torch.device,
) -> Phase[FaceGenerator]:
    """A phase in which ``generator`` learns from ``dataset``, with a new discriminator.

    dataset: its items are those of :class:`PartDataset`. examples: those of the sample grids. perceptual, face,
    precision: see :func:`face_losses`. params: of ``train``, for what the Face GAN shares with the body GAN: Adam's
    betas, the seed, the average of the weights.
    """
    place(generator, device, precision)
    discriminator = PatchDiscriminator(7, face.discriminator.ndf, face.discriminator.layers)
    place(discriminator, device, precision)
    if perceptual is not None:
        place(perceptual, device, precision)
    fixed = default_collate([examples[i] for i in range(len(examples))])

    def floats(batch: list[Tensor]) -> list[Tensor]:
        """(pose, generated, real, whether a hand) as the loader sends them, for the networks: float32 in [-1, 1]."""
        *crops, hand = batch
        pose, generated, real = (to_float(pictures.to(device, non_blocking=True)) for pictures in crops)
        return [pose, generated, real, label_planes(hand, pose)]

    return Phase(
        "face", generator, discriminator,
        losses=lambda batch: face_losses(generator, discriminator, perceptual, face, precision, *floats(batch)),
        dataset=dataset,
        sample=lambda rendered: face_grid(rendered, *floats(fixed)),
        steps=face.steps, decay_steps=face.decay_steps, batch=face.batch, learning_rate=face.learning_rate,
        betas=(params.beta1, params.beta2), seed=params.seed, ema=params.ema,
    )
