"""Patch discriminators (PatchGAN), one for each level of an image pyramid."""

import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.networks.layers import InstanceNorm, init_weights


class PatchDiscriminator(nn.Module):
    """forward: float (B, in, H, W) -> the feature maps of every layer; the last, (B, 1, h, w), has a logit per patch.

    ``ndf``: filters of the first layer. ``layers``: how many layers have stride 2; two with stride 1 follow.
    """

    def __init__(self, in_channels: int, ndf: int, layers: int) -> None:
        super().__init__()
        widths = [min(ndf * 2**level, ndf * 8) for level in range(layers + 1)]
        stages = [nn.Sequential(nn.Conv2d(in_channels, ndf, 4, stride=2, padding=2), nn.LeakyReLU(0.2))]
        for level in range(1, layers + 1):
            stride = 2 if level < layers else 1
            convolution = nn.Conv2d(widths[level - 1], widths[level], 4, stride=stride, padding=2)
            stages.append(nn.Sequential(convolution, InstanceNorm(), nn.LeakyReLU(0.2)))
        stages.append(nn.Sequential(nn.Conv2d(widths[-1], 1, 4, stride=1, padding=2)))
        self.stages = nn.ModuleList(stages)
        self.apply(init_weights)

    def forward(self, x: Tensor) -> list[Tensor]:
        maps = []
        for stage in self.stages:
            x = stage(x)
            maps.append(x)
        return maps


class MultiscaleDiscriminator(nn.Module):
    """D_1..D_k of "Everybody Dance Now": one patch discriminator at 1, 1/2, 1/4, ... of the size.

    forward: float (B, in, H, W) -> for each scale, finest first, the feature maps of its :class:`PatchDiscriminator`.
    """

    def __init__(self, in_channels: int, ndf: int, layers: int, scales: int) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(in_channels, ndf, layers) for _ in range(scales))

    def forward(self, x: Tensor) -> list[list[Tensor]]:
        outputs = []
        for level, discriminator in enumerate(self.scales):
            if level:
                x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(discriminator(x))
        return outputs
