"""Perceptual loss: the distance of two pictures' features in a network pretrained on ImageNet."""

from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from pipeline.losses.efficientnet import EfficientNetLite0
from pipeline.losses.l1 import l1
from pipeline.losses.vgg19 import VGG19
from pipeline.params import Train

# Weights of the feature maps, shallow to deep. VGG19's are the released code's. EfficientNet-Lite0 halves the
# picture in its first layer and cannot see patterns with a period of two pixels, so that a generator is free to make
# coloured dots; hence the picture itself comes first, in place of VGG19's map at full size. Its weights make every map
# count about the same between a frame and its blurred copy (0.048, 0.15, 2.9, 3.2, 3.0, 2.9 unweighted).
WEIGHTS = {
    "vgg19": (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0),
    "efficientnet_lite0": (3.0, 0.5, 0.05, 0.05, 0.05, 0.05),
}
GRID = 16  # px: EfficientNet-Lite0's deepest map has a value every so many pixels


def load_perceptual(params: Train, weight: float) -> "PerceptualLoss | None":
    """The perceptual loss over the network that ``params`` name, or None if its ``weight`` in the objective is 0.

    Raises UserError if the network's weights cannot be found or downloaded.
    """
    if not weight:
        return None
    return PerceptualLoss(params.perceptual, Path(params.perceptual_weights) if params.perceptual_weights else None)


class PerceptualLoss(nn.Module):
    """The perceptual loss of "Everybody Dance Now", over the network called ``network`` (``train.perceptual``).

    forward(fake, real): float (B, 3, H, W) RGB in [-1, 1] -> scalar, the weighted sum over layers of the mean absolute
    difference of feature maps. No gradient flows into ``real``. ``weights``: see :class:`VGG19`. The paper's
    network is VGG19, hence the names ``lambda_vgg`` and ``g_vgg``, whichever network is used.

    EfficientNet-Lite0's strided convolutions give some pixels more weight than their neighbours, always the same ones,
    and a generator learns stripes from that. So both pictures are first shifted cyclically by the same random number of
    pixels. For VGG19 they are not, as in the paper.
    """

    def __init__(self, network: str, weights: Path | None) -> None:
        super().__init__()
        self.features = VGG19(weights) if network == "vgg19" else EfficientNetLite0()
        self.weights = WEIGHTS[network]
        self.moves = network == "efficientnet_lite0"

    def maps(self, image: Tensor) -> list[Tensor]:
        """The maps that are compared: float (B, 3, H, W) -> float (B, C, h, w) each, shallow to deep."""
        features = self.features(image)
        return features if isinstance(self.features, VGG19) else [image, *features]

    def forward(self, fake: Tensor, real: Tensor) -> Tensor:
        if self.moves:
            move = torch.randint(GRID, (2,)).tolist()
            fake, real = (picture.roll(move, (2, 3)) for picture in (fake, real))
        pairs = zip(self.weights, self.maps(fake), self.maps(real), strict=True)
        return cast(Tensor, sum(weight * l1(f, r) for weight, f, r in pairs))
