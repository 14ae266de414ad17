"""pix2pixHD's global generator: downsampling, residual blocks, upsampling."""

from torch import Tensor, nn

from pipeline.networks.layers import ResidualBlock, down, init_weights, stem, up

SKIPS_FROM = 2  # halvings: skip connections of finer maps would carry the pose picture's strokes into the frame


class GlobalFeatures(nn.Module):
    """The generator up to its last convolution: float (B, in, H, W) -> (B, ngf, H, W).

    With ``skips`` there are skip connections at a quarter of the picture's size and below: the encoder's feature maps
    are added to the decoder's of the same size, so that the position of a foot or a hand need not pass through the
    smallest maps. The smallest maps themselves have the residual blocks between them and get none.
    """

    def __init__(
        self, in_channels: int, ngf: int, downsamplings: int, blocks: int, upsampling: str, skips: bool
    ) -> None:
        super().__init__()
        self.skips = skips
        widths = [ngf * 2**level for level in range(downsamplings + 1)]
        self.encode = nn.ModuleList([stem(in_channels, ngf), *(down(width) for width in widths[:-1])])
        self.blocks = nn.Sequential(*(ResidualBlock(widths[-1]) for _ in range(blocks)))
        self.decode = nn.ModuleList([up(width, upsampling) for width in reversed(widths[1:])])

    def forward(self, x: Tensor) -> Tensor:
        maps = []
        for stage in self.encode:
            x = stage(x)
            maps.append(x)
        x = self.blocks(x)
        for halvings, stage in zip(reversed(range(len(self.decode))), self.decode, strict=True):
            x = stage(x)
            if self.skips and halvings >= SKIPS_FROM:
                x = x + maps[halvings]
        return x


class GlobalGenerator(nn.Module):
    """float (B, in, H, W) -> float (B, out, H, W) in [-1, 1]; H and W multiples of 2 ** downsamplings.

    ``features`` gives the maps before the last convolution, (B, ngf, H, W), all that a local enhancer uses of it.
    ``upsampling``: see :func:`up`. ``skips``: see :class:`GlobalFeatures`.
    """

    def __init__(
        self, in_channels: int, out_channels: int, ngf: int, downsamplings: int, blocks: int,
        upsampling: str = "transpose", skips: bool = False,
    ) -> None:
        super().__init__()
        self.features = GlobalFeatures(in_channels, ngf, downsamplings, blocks, upsampling, skips)
        self.to_output = nn.Conv2d(ngf, out_channels, 7, padding=3, padding_mode="reflect")
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        # tanh in float32: in bfloat16 neighbouring grey levels near white and black would merge
        return self.to_output(self.features(x)).float().tanh()
