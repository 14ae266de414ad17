"""The training step of stage train_body, in the shape of the reference's."""

import torch
from torch import Tensor
from torch.optim import Optimizer

from pipeline.body.step import body_losses
from pipeline.body.trimap import UNKNOWN
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.params import load_params
from pipeline.training.loop import update
from pipeline.training.optimizer import make_optimizer
from pipeline.training.phase import place

FOREVER = 10**9  # steps at a constant learning rate


class EngineStep:
    """The step of stage train_body, with the objective of the reference and this folder's params.yaml otherwise.

    generator: like the reference's, one without a plate. The networks are placed on ``device`` as the stage does.
    """

    def __init__(
        self, generator: BodyGenerator, discriminator: MultiscaleDiscriminator, perceptual: PerceptualLoss,
        lambda_fm: float, lambda_vgg: float, learning_rate: float, precision: str, device: torch.device,
    ) -> None:
        self.generator, self.discriminator, self.perceptual = generator, discriminator, perceptual
        for network in (generator, discriminator, perceptual):
            place(network, device, precision)
        plain = {"gan_loss": "lsgan", "r1": 0.0, "r2": 0.0, "lambda_fm": lambda_fm, "lambda_vgg": lambda_vgg}
        self.params, self.precision = load_params().train.model_copy(update=plain), precision
        self.optimizers = [
            make_optimizer(network.parameters(), learning_rate, (0.5, 0.999), FOREVER, 0)[0]
            for network in (generator, discriminator)
        ]

    def gradients(self, poses: Tensor, frames: Tensor) -> dict[str, Tensor]:
        """Leave the gradients of both networks in their parameters; returns the losses by name.

        poses, frames: float (B, 2, 3, H, W) in [-1, 1].
        """
        return self._update(poses, frames, [])

    def __call__(self, poses: Tensor, frames: Tensor) -> dict[str, Tensor]:
        """A whole step."""
        return self._update(poses, frames, self.optimizers)

    def _update(self, poses: Tensor, frames: Tensor, optimizers: list[Optimizer]) -> dict[str, Tensor]:
        networks = self.generator, self.discriminator
        plates, known = torch.zeros_like(frames[:, 0]), torch.full((*frames.shape[:2], 1, 1), UNKNOWN)
        generator_loss, discriminator_loss, terms = body_losses(
            *networks, self.perceptual, self.params, self.precision, poses, frames, plates, known
        )
        update(generator_loss, discriminator_loss, *networks, optimizers)
        return {name: value.detach() for name, value in terms.items()}
