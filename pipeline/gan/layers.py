"""Layers that the generators and discriminators share."""

import torch.nn.functional as F
from torch import Tensor, nn


class InstanceNorm(nn.Module):
    """Instance normalization without affine parameters: each channel of each picture to mean 0, variance 1.

    forward: float (B, C, H, W) -> the same shape. It is written as batch normalization of one picture with
    B x C channels: the same function, but PyTorch's own instance norm returns wrong gradients on the CPU for a
    channels-last gradient at batch 1 (torch 2.14.1).
    """

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        flat = x.reshape(1, batch * channels, height, width)
        return F.batch_norm(flat, None, None, training=True).reshape(batch, channels, height, width)


class ResidualBlock(nn.Module):
    """Two reflect-padded 3x3 convolutions around which the input is added. (B, C, H, W) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            InstanceNorm(),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect"),
            InstanceNorm(),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def stem(in_channels: int, out_channels: int) -> nn.Sequential:
    """Reflect-padded 7x7 convolution at full size: (B, in, H, W) -> (B, out, H, W)."""
    convolution = nn.Conv2d(in_channels, out_channels, 7, padding=3, padding_mode="reflect")
    return nn.Sequential(convolution, InstanceNorm(), nn.ReLU())


def down(channels: int) -> nn.Sequential:
    """Halve the size, double the channels: (B, C, H, W) -> (B, 2C, H/2, W/2)."""
    return nn.Sequential(nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1), InstanceNorm(), nn.ReLU())


def up(channels: int) -> nn.Sequential:
    """Double the size, halve the channels: (B, C, H, W) -> (B, C/2, 2H, 2W)."""
    convolution = nn.ConvTranspose2d(channels, channels // 2, 3, stride=2, padding=1, output_padding=1)
    return nn.Sequential(convolution, InstanceNorm(), nn.ReLU())


def init_weights(module: nn.Module) -> None:
    """Normal initialization with deviation 0.02, usual for image GANs; for ``module.apply``."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
        nn.init.zeros_(module.bias)
