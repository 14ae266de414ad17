"""pix2pixHD's global generator: down, residual blocks, up."""

from torch import Tensor, nn

from pipeline.gan.layers import ResidualBlock, down, init_weights, stem, up


class GlobalGenerator(nn.Module):
    """float (B, in, H, W) -> float (B, out, H, W) in [-1, 1]; H and W multiples of 2 ** downsamplings.

    ``features`` gives the (B, ngf, H, W) maps before the last convolution, which a local enhancer takes over.
    """

    def __init__(
        self, in_channels: int, out_channels: int, ngf: int, downsamplings: int, blocks: int, upsampling: str
    ) -> None:
        super().__init__()
        widths = [ngf * 2**level for level in range(downsamplings + 1)]
        self.features = nn.Sequential(
            stem(in_channels, ngf),
            *(down(width) for width in widths[:-1]),
            *(ResidualBlock(widths[-1]) for _ in range(blocks)),
            *(up(width, upsampling) for width in reversed(widths[1:])),
        )
        self.to_output = nn.Conv2d(ngf, out_channels, 7, padding=3, padding_mode="reflect")
        self.apply(init_weights)

    def forward(self, x: Tensor) -> Tensor:
        # tanh in float32: in bfloat16 neighbouring grey levels near white and black would merge
        return self.to_output(self.features(x)).float().tanh()
