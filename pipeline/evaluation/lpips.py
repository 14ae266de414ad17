"""LPIPS: the perceptual distance of two pictures by a network's features (Zhang et al. 2018)."""

import warnings
from pathlib import Path

import lpips
import numpy as np
import torch
from torch import Tensor, nn
from torchvision.models import AlexNet_Weights, SqueezeNet1_1_Weights, VGG16_Weights

from pipeline.evaluation.shift_tolerant import ShiftTolerantAlexNet
from pipeline.losses.efficientnet import TAPS, EfficientNetLite0
from pipeline.losses.weight_files import read_weights
from pipeline.user.cli import UserError

PARAMETER = "evaluate.lpips_weights"
BACKBONES = {
    "alex": AlexNet_Weights.IMAGENET1K_V1,
    "vgg": VGG16_Weights.IMAGENET1K_V1,
    "squeeze": SqueezeNet1_1_Weights.IMAGENET1K_V1,
}
# Shortest side in px that leaves the deepest layer something to look at.
SMALLEST = {"stlpips_alex": 24, "efficientnet_lite0": 16, "alex": 32, "vgg": 32, "squeeze": 32}
BATCH = 2**17  # px that a network looks at together: the features of more fall out of the processor's cache
TINY = 1e-10  # beside a position's length, which may be 0


class Lpips:
    """LPIPS by one network: ``stlpips_alex``, ``efficientnet_lite0``, ``alex`` (the paper's), ``vgg`` or ``squeeze``.

    All are one form: channels scaled to unit length at every position, squared differences weighted by channel, mean
    over positions, sum over layers. ``alex``, ``vgg`` and ``squeeze`` are LPIPS 0.1: ImageNet's networks, with trained
    weights. ``stlpips_alex`` is ST-LPIPS, network and weights trained for this and nothing else. ``efficientnet_lite0``
    has all weights 1, as nobody trained any for it; the perceptual loss of training may be over the same network, and
    then this hardly sees the artifacts that it causes. Each has a scale of its own, and ``name`` says which measured:
    ``stlpips_alex``, or ``lpips_<net>``.

    smallest: the shortest side of a picture that it takes, in px.

    weights: a local file of torchvision's weights for ``alex``, ``vgg`` or ``squeeze``; None: torchvision's own place,
    or the package's. Raises UserError if they are not there, cannot be fetched or belong to another network.
    """

    def __init__(self, net: str, weights: Path | None, device: torch.device) -> None:
        self.net, self.name = net, net if net.startswith("stlpips") else f"lpips_{net}"
        self.smallest = SMALLEST[net]
        self.device = device
        network, channels = PACKAGED[net]() if net in PACKAGED else _trained(net, weights)
        # torch's stubs know the two arguments one by one only
        network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network = network.eval().requires_grad_(False)
        self.roots = [weight.to(device).sqrt() for weight in channels]

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
        features = self.features(np.concatenate([a, b]))
        return self.distance(features[: len(a)], features[len(a) :])

    def require_size(self, width: int, height: int) -> None:
        """Raise UserError if the target's stored frames of ``width`` x ``height`` px are too small to be compared."""
        if min(width, height) < self.smallest:
            raise UserError(f"the target's stored frames of {width}x{height} px are too small for evaluate.lpips "
                            f"{self.net}, which needs {self.smallest} px: raise decode.height, or give a larger video")

    @torch.inference_mode()
    def features(self, pictures: np.ndarray) -> Tensor:
        """What lies between a picture and its distances, to be kept where one meets several others.

        (B, H, W, 3) in 0..255 -> (B, N): in this space LPIPS is the squared Euclidean distance. It holds the channels
        of every layer and position, scaled to unit length and by the roots of their weight and of the position's.
        """
        several = max(1, BATCH // (pictures.shape[1] * pictures.shape[2]))
        return torch.cat([self._features(pictures[i : i + several]) for i in range(0, len(pictures), several)])

    @torch.inference_mode()
    def distance(self, a: Tensor, b: Tensor) -> np.ndarray:
        """Distances, float64 (B,), by the features of two batches; a batch of one is compared with each of B."""
        return (a - b).square_().sum(dim=1).double().cpu().numpy()

    def _features(self, pictures: np.ndarray) -> Tensor:
        rows = []
        for layer, root in zip(self.network(self._signed(pictures)), self.roots, strict=True):
            layer = layer.permute(0, 2, 3, 1)  # as it lies in memory
            length = torch.linalg.vector_norm(layer, dim=3, keepdim=True) + TINY
            positions = layer.shape[1] * layer.shape[2]
            rows.append((layer / (length * positions**0.5)).mul_(root).flatten(1))
        return torch.cat(rows, dim=1)

    def _signed(self, pictures: np.ndarray) -> Tensor:
        """(B, H, W, 3) in 0..255 -> float32 (B, 3, H, W) in [-1, 1]."""
        tensor = torch.tensor(np.ascontiguousarray(pictures), dtype=torch.float32, device=self.device)
        return tensor.permute(0, 3, 1, 2) / 127.5 - 1


def _shift_tolerant() -> tuple[nn.Module, list[Tensor]]:
    """ST-LPIPS on its AlexNet, with its own weights of channels."""
    network = ShiftTolerantAlexNet()
    return network, network.channels


def _uniform() -> tuple[nn.Module, list[Tensor]]:
    """EfficientNet-Lite0, every channel and layer weighted 1."""
    return EfficientNetLite0(), [torch.ones(1)] * (1 + len(TAPS))


def _trained(net: str, weights: Path | None) -> tuple[nn.Module, list[Tensor]]:
    """LPIPS 0.1 on torchvision's backbone; the weights of its channels come with the package."""
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
    channels = [layer.model[-1].weight.detach().flatten() for layer in network.lins]
    return nn.Sequential(network.scaling_layer, network.net), channels


# The networks whose weights come with the installation.
PACKAGED = {"stlpips_alex": _shift_tolerant, "efficientnet_lite0": _uniform}
