"""The body GAN's training step written plainly, as the method's released code works: what the engine is timed against.

Frame after frame: the generator, then the discriminator three times (generated frames without and with a gradient to
the generator, real frames), then the perceptual network for each frame and its truth; the generator's loss is
back-propagated through the discriminator's weights as well, whose gradients are thrown away. Everything is contiguous
float32 with PyTorch's own instance normalization and an optimizer that is not fused. One deviation: the released code
lists the generator's parameters twice in its optimizer, which moves them twice a step; here they move once.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import instance_norm, l1_loss, mse_loss
from torch.optim import Adam

from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.networks.layers import InstanceNorm


class PlainInstanceNorm(nn.Module):
    """PyTorch's own instance normalization; (B, C, H, W) -> the same shape."""

    def forward(self, x: Tensor) -> Tensor:
        return instance_norm(x)


def with_plain_norms(network: nn.Module) -> nn.Module:
    """Replace the project's instance normalization by PyTorch's."""
    for name, child in network.named_children():
        if isinstance(child, InstanceNorm):
            setattr(network, name, PlainInstanceNorm())
        else:
            with_plain_norms(child)
    return network


class ReferenceStep:
    """Least-squares GAN, feature matching and perceptual loss on pairs of frames."""

    def __init__(
        self, generator: BodyGenerator, discriminator: MultiscaleDiscriminator, perceptual: PerceptualLoss,
        lambda_fm: float, lambda_vgg: float, learning_rate: float,
    ) -> None:
        self.generator, self.discriminator = with_plain_norms(generator), with_plain_norms(discriminator)
        self.perceptual, self.lambda_fm, self.lambda_vgg = perceptual, lambda_fm, lambda_vgg
        self.optimizers = [
            Adam(network.parameters(), lr=learning_rate, betas=(0.5, 0.999), foreach=False)
            for network in (discriminator, generator)
        ]

    def gradients(self, poses: Tensor, frames: Tensor) -> dict[str, float]:
        """Leave the gradients of both networks in their parameters; returns the losses by name.

        poses, frames: float (B, 2, 3, H, W) in [-1, 1].
        """
        first = self.generator(poses[:, 0], None)
        second = self.generator(poses[:, 1], first)
        conditions = torch.cat([poses[:, 0], poses[:, 1]], dim=1)
        fake, real = torch.cat([first, second], dim=1), torch.cat([frames[:, 0], frames[:, 1]], dim=1)
        on_detached = self.discriminator(torch.cat([conditions, fake.detach()], dim=1))
        on_real = self.discriminator(torch.cat([conditions, real], dim=1))
        on_fake = self.discriminator(torch.cat([conditions, fake], dim=1))

        d_loss = sum(self._gan(maps[-1], 1) for maps in on_real) / 2
        d_loss = d_loss + sum(self._gan(maps[-1], 0) for maps in on_detached) / 2
        g_gan = sum(self._gan(maps[-1], 1) for maps in on_fake)
        g_fm = 0.0
        for fake_maps, real_maps in zip(on_fake, on_real, strict=True):
            for fake_map, real_map in zip(fake_maps[:-1], real_maps[:-1], strict=True):
                g_fm = g_fm + 4 / (len(fake_maps) - 1) / len(on_fake) * l1_loss(fake_map, real_map.detach())
        g_vgg = self.perceptual(first, frames[:, 0]) + self.perceptual(second, frames[:, 1])

        self.generator.zero_grad()
        (g_gan + self.lambda_fm * g_fm + self.lambda_vgg * g_vgg).backward(retain_graph=True)
        self.discriminator.zero_grad()
        d_loss.backward()
        return {"d": d_loss.item(), "g_gan": g_gan.item(), "g_fm": g_fm.item(), "g_vgg": g_vgg.item()}

    def __call__(self, poses: Tensor, frames: Tensor) -> dict[str, float]:
        """A whole step."""
        losses = self.gradients(poses, frames)
        for optimizer in self.optimizers:
            optimizer.step()
        return losses

    @staticmethod
    def _gan(logits: Tensor, wanted: float) -> Tensor:
        return mse_loss(logits, torch.full_like(logits, wanted))
