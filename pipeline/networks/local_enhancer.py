"""pix2pixHD's local enhancer: twice the resolution around a trained global generator."""

import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.networks.global_generator import GlobalGenerator
from pipeline.networks.layers import ResidualBlock, down, init_weights, stem, up


class LocalEnhancer(nn.Module):
    """float (B, in, H, W) -> float (B, out, H, W) in [-1, 1]; the global generator works at H/2 x W/2.

    H and W: multiples of 2 ** (the global generator's downsamplings + 1). ``ngf``: filters of the global generator's
    first layer, and channels of its features. The enhancer has ngf / 2 at full size, so ngf at half size, where its
    own features and the global generator's are added.
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
