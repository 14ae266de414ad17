"""Layers that the generators and discriminators share."""

import torch.nn.functional as F
from torch import Tensor, nn

WEIGHT_DEVIATION = 0.02  # standard deviation of initial weights, usual for image GANs


class InstanceNorm(nn.Module):
    """Instance normalization without affine parameters: each channel of each picture to mean 0, variance 1.

    forward: float (B, C, H, W) -> the same shape. At batch 1 it is computed as batch normalization, which is then the
    same function: on the CPU PyTorch's own instance norm, and batch norm of a reshaped picture, return wrong gradients
    at batch 1 if a map and its gradient have different memory formats (torch 2.14.1).
    """

    def forward(self, x: Tensor) -> Tensor:
        if len(x) == 1:
            return F.batch_norm(x, None, None, training=True)
        return F.instance_norm(x)


class ResidualBlock(nn.Module):
    """The input plus the output of two reflect-padded 3x3 convolutions. (B, C, H, W) -> the same shape."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(2))
        self.layers = nn.Sequential(first, InstanceNorm(), nn.ReLU(), second, InstanceNorm())

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


def stem(in_channels: int, out_channels: int) -> nn.Sequential:
    """Reflect-padded 7x7 convolution at full size: (B, in, H, W) -> (B, out, H, W)."""
    convolution = nn.Conv2d(in_channels, out_channels, 7, padding=3, padding_mode="reflect")
    return nn.Sequential(convolution, InstanceNorm(), nn.ReLU())


def down(channels: int) -> nn.Sequential:
    """Halve the size, double the channels: (B, C, H, W) -> (B, 2C, H/2, W/2)."""
    return nn.Sequential(nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1), InstanceNorm(), nn.ReLU())


def up(channels: int, upsampling: str) -> nn.Sequential:
    """Double the size, halve the channels: (B, C, H, W) -> (B, C/2, 2H, 2W).

    ``transpose`` is pix2pixHD's transposed convolution. ``resize`` enlarges the maps bilinearly and then convolves
    them (Odena et al. 2016): every output pixel then has the same weights, which avoids checkerboard artifacts, dots
    with a period of two pixels.
    """
    if upsampling == "transpose":
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(channels, channels // 2, 3, stride=2, padding=1, output_padding=1)
        ]
    else:
        layers = [
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            nn.Conv2d(channels, channels // 2, 3, padding=1, padding_mode="reflect"),
        ]
    return nn.Sequential(*layers, InstanceNorm(), nn.ReLU())


def init_weights(module: nn.Module) -> None:
    """Normal initialization of convolutions; for ``module.apply``."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, WEIGHT_DEVIATION)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
