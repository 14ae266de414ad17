"""Perceptual loss: pictures should look alike to a network that knows natural pictures."""

from pathlib import Path

from torch import Tensor, nn
from torch.nn.functional import l1_loss

from pipeline.perceptual.efficientnet import EfficientNetLite0
from pipeline.perceptual.vgg19 import VGG19

# Weights of the five feature maps, shallow to deep. VGG19's are the released code's. EfficientNet-Lite0's make
# every map count about the same between a frame and its blurred self (0.15, 2.9, 3.2, 3.0, 2.9 unweighted).
WEIGHTS = {
    "vgg19": (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0),
    "efficientnet_lite0": (0.5, 0.05, 0.05, 0.05, 0.05),
}


class PerceptualLoss(nn.Module):
    """L_VGG of "Everybody Dance Now", section 4, over the network called ``network`` (``train.perceptual``).

    forward(fake, real): float (B, 3, H, W) RGB in [-1, 1] -> scalar, the weighted mean absolute difference of
    five feature maps. Features of ``real`` carry no gradient. ``weights``: see :class:`VGG19`.
    """

    def __init__(self, network: str, weights: Path | None) -> None:
        super().__init__()
        self.features = VGG19(weights) if network == "vgg19" else EfficientNetLite0()
        self.weights = WEIGHTS[network]

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        pairs = zip(self.weights, self.features(fake), self.features(real), strict=True)
        return sum(weight * l1_loss(f.float(), r.detach().float()) for weight, f, r in pairs)
