"""LPIPS: the perceptual distance of two pictures by a network's features (Zhang et al. 2018)."""

import warnings
from pathlib import Path

import lpips
import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import AlexNet_Weights, SqueezeNet1_1_Weights, VGG16_Weights

from pipeline.cli import UserError
from pipeline.perceptual.efficientnet import EfficientNetLite0
from pipeline.perceptual.files import read_weights

PARAMETER = "evaluate.lpips_weights"
BACKBONES = {
    "alex": AlexNet_Weights.IMAGENET1K_V1,
    "vgg": VGG16_Weights.IMAGENET1K_V1,
    "squeeze": SqueezeNet1_1_Weights.IMAGENET1K_V1,
}
# Shortest side in px that leaves the deepest layer something to look at.
SMALLEST = {"alex": 32, "vgg": 32, "squeeze": 32, "efficientnet_lite0": 16}


class Lpips:
    """LPIPS by one network: ``alex`` (the paper's tables), ``vgg``, ``squeeze`` or ``efficientnet_lite0``.

    The first three are LPIPS 0.1: channels scaled to unit length at every position, squared differences
    weighted by the trained linear layers, mean over positions, sum over layers. ``efficientnet_lite0`` is
    the same form with all weights 1, as nobody trained any for it; so its values are on a scale of their own,
    and ``name``, ``lpips_<net>``, says which network measured.

    smallest: the shortest side of a picture that it takes, in px.

    weights: a local file of torchvision's weights for that backbone; None: torchvision's own place. Raises
    UserError if they are not there, cannot be fetched or belong to another network.
    """

    def __init__(self, net: str, weights: Path | None, device: torch.device) -> None:
        self.name = f"lpips_{net}"
        self.smallest = SMALLEST[net]
        self.device = device
        network = _Uniform(EfficientNetLite0()) if net == "efficientnet_lite0" else _trained(net, weights)
        self.network = network.to(device).eval().requires_grad_(False)

    @torch.inference_mode()
    def __call__(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Distances, float64 (B,), of two batches of RGB pictures (B, H, W, 3) with values in 0..255.

        0 for equal pictures, larger for less alike ones. Raises ValueError if the shapes differ or a side is
        shorter than ``smallest``.
        """
        if a.shape != b.shape or min(a.shape[1:3]) < self.smallest:
            raise ValueError(
                f"{self.name} needs pictures of one size, {self.smallest} px or more, "
                f"not {a.shape} and {b.shape}"
            )
        distances = self.network(self._signed(a), self._signed(b))
        return distances.flatten().double().cpu().numpy()

    def _signed(self, pictures: np.ndarray) -> Tensor:
        """(B, H, W, 3) in 0..255 -> float32 (B, 3, H, W) in [-1, 1]."""
        tensor = torch.from_numpy(np.ascontiguousarray(pictures)).to(self.device, torch.float32)
        return tensor.permute(0, 3, 1, 2) / 127.5 - 1


class _Uniform(nn.Module):
    """LPIPS's form over any feature network, every channel and layer weighted 1."""

    def __init__(self, features: nn.Module) -> None:
        super().__init__()
        self.features = features

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        distance = torch.zeros(len(a), device=a.device)
        for layer_a, layer_b in zip(self.features(a), self.features(b)):
            difference = lpips.normalize_tensor(layer_a) - lpips.normalize_tensor(layer_b)
            distance += difference.square().sum(dim=1).mean(dim=(1, 2))
        return distance


def _trained(net: str, weights: Path | None) -> lpips.LPIPS:
    """LPIPS 0.1 with its own linear layers (they come with the package) on torchvision's backbone."""
    backbone = read_weights(BACKBONES[net], weights, PARAMETER)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*'(pretrained|weights)'.*", category=UserWarning)
        network = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)  # random: it would download in here
    # The package cuts the backbone into slices but keeps its numbering: slice2.3.weight is features.3.weight.
    names = {name: "features." + name.split(".", 1)[1] for name in network.net.state_dict()}
    try:
        network.net.load_state_dict({name: backbone[original] for name, original in names.items()})
    except (KeyError, RuntimeError, TypeError):
        expected = Path(BACKBONES[net].url).name
        raise UserError(
            f"{weights or expected} holds weights of another network: evaluate.lpips {net} needs "
            f"{expected}; name it in {PARAMETER}"
        ) from None
    return network
