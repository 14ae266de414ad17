"""pix2pixHD's local enhancer: twice the resolution around a trained global generator."""

import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.networks.global_generator import GlobalGenerator
from pipeline.networks.layers import ResidualBlock, down, init_weights, stem, up


class LocalEnhancer(nn.Module):
    """float (B, in, H, W) -> float (B, out, H, W) in [-1, 1], with the global generator's features at H/2 x W/2.

    Its own features at half size and the global generator's are added, so it has half the global's filters.
    """

    def __init__(
        self, global_generator: GlobalGenerator, in_channels: int, out_channels: int, ngf: int, blocks: int,
        upsampling: str,
    ) -> None:
        super().__init__()
        self.encode = nn.Sequential(stem(in_channels, ngf // 2), down(ngf // 2))
        self.decode = nn.Sequential(*(ResidualBlock(ngf) for _ in range(blocks)), up(ngf, upsampling))
        self.to_output = nn.Conv2d(ngf // 2, out_channels, 7, padding=3, padding_mode="reflect")
        self.apply(init_weights)
        self.global_features = global_generator.features

    def forward(self, x: Tensor) -> Tensor:
        coarse = self.global_features(F.avg_pool2d(x, 2))
        return self.to_output(self.decode(self.encode(x) + coarse)).float().tanh()
