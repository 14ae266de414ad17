"""VGG19 features: the paper's perceptual network. Its ImageNet weights are torchvision's (548 MB)."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models import VGG19_Weights, vgg19

from pipeline.losses.weight_files import read_weights

# relu1_1, relu2_1, relu3_1, relu4_1 and relu5_1 in torchvision's numbering.
TAPS = (1, 6, 11, 20, 29)


class VGG19(nn.Module):
    """Frozen features of five depths.

    forward: float (B, 3, H, W) RGB in [-1, 1] -> five maps of (64, 128, 256, 512, 512) channels at
    (1, 1/2, 1/4, 1/8, 1/16) of the size. Gradients reach the picture, never the weights.

    ``weights`` is a local file of torchvision's weights; None: torch's hub cache, downloaded into it if need be.
    Raises UserError if they cannot be read or downloaded.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, weights: Path | None = None) -> None:
        super().__init__()
        network = vgg19(weights=None)
        network.load_state_dict(read_weights(VGG19_Weights.IMAGENET1K_V1, weights, "train.perceptual_weights"))
        self.layers = network.features[: TAPS[-1] + 1]
        for layer in self.layers:
            if isinstance(layer, nn.ReLU):
                layer.inplace = False  # a tapped map must keep its values
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)

    def forward(self, image: Tensor) -> list[Tensor]:
        hidden = ((image + 1) / 2 - self.mean) / self.std
        features = []
        for index, layer in enumerate(self.layers):
            hidden = layer(hidden)
            if index in TAPS:
                features.append(hidden)
        return features
