"""The training of the face generator, against a discriminator, on what the fixed body generator makes."""

import torch
from dvclive import Live
from torch import Tensor
from torch.utils.data import default_collate

from pipeline.face.data import FaceDataset
from pipeline.face.samples import face_grid
from pipeline.face.step import face_losses
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.discriminator import PatchDiscriminator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import to_float
from pipeline.params import Face, Log, Train
from pipeline.runtime.devices import memory_format
from pipeline.training.batches import step_loader
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import rank_0_first
from pipeline.training.loop import train
from pipeline.training.matrix_products import use_matrix_products
from pipeline.training.optimizer import make_optimizer
from pipeline.training.state import TrainingState


class FaceTraining:
    """Parameters, precision, device and the objective's perceptual network.

    params: what the Face GAN shares with the body's. Raises UserError if the perceptual network's weights are not to
    be had.
    """

    def __init__(self, face: Face, params: Train, precision: str, device: torch.device) -> None:
        self.face, self.params, self.precision, self.device = face, params, precision, device
        self.place = {"device": device, "memory_format": memory_format(precision)}
        with rank_0_first():  # one download for all
            self.perceptual = load_perceptual(params, face.lambda_vgg, self.place)

    def start(self, generator: FaceGenerator) -> TrainingState:
        """The state before the first step: ``generator`` and a new discriminator."""
        face, params = self.face, self.params
        generator.to(**self.place)
        if self.device.type == "cpu" and self.precision == "bf16":
            use_matrix_products(generator)
        discriminator = PatchDiscriminator(6, face.discriminator.ndf, face.discriminator.layers)
        betas = (params.beta1, params.beta2)
        optimizers = [
            make_optimizer(network.parameters(), face.learning_rate, betas, face.steps, face.decay_steps)
            for network in (generator, discriminator.to(**self.place))
        ]
        return TrainingState("face", generator, discriminator, optimizers)

    def losses(self, state: TrainingState, batch: list[Tensor]) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
        """The losses of a batch of :class:`FaceDataset`, see :func:`face_losses`."""
        return face_losses(
            state.generator, state.discriminator, self.perceptual, self.face, self.precision, *self._floats(batch)
        )

    def train(
        self, generator: FaceGenerator, dataset: FaceDataset, samples: FaceDataset, checkpoints: Checkpoints, log: Log,
        live: Live | None,
    ) -> None:
        """Train ``generator`` on ``dataset`` from where the last checkpoint stands; ``samples`` are looked at."""
        face = self.face
        state = self.start(generator)
        checkpoints.restore(state)
        fixed = default_collate([samples[i] for i in range(len(samples))])
        train(
            state,
            step_loader(dataset, face.batch, state.step, face.steps + face.decay_steps, self.params.seed),
            lambda batch: self.losses(state, batch),
            live,
            checkpoints,
            log.every,
            log.samples_every,
            lambda: face_grid(generator, *self._floats(fixed)),
        )

    def _floats(self, batch: list[Tensor]) -> list[Tensor]:
        """Crops (pose, generated, real) as the loader sends them, uint8 and float16, as networks want them."""
        pose, generated, real = (crops.to(self.device, non_blocking=True) for crops in batch)
        return [to_float(pose), generated.float(), to_float(real)]
