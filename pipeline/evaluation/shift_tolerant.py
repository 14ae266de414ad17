"""The network of ST-LPIPS, the shift-tolerant LPIPS (Ghildyal and Liu 2022): an AlexNet that hardly aliases."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.losses.weight_files import read_packaged

PACKAGE, FILE = "stlpips_pytorch", "weights/vST0.0/alex_shift_tolerant.pth"
SHA256 = "b356b382f96010f77d085ee8343ecd9fd322d0a56e8de2b2d0549fafcad8b9ee"
CONVOLUTIONS = ("slice1.0", "slice2.5", "slice3.9", "slice4.11", "slice5.13")  # their names in the file


class ShiftTolerantAlexNet(nn.Module):
    """Frozen features of five depths, and ``channels``, the weights of their channels in the distance, >= 0.

    forward: float (B, 3, H, W) RGB in [-1, 1], at least 21 px a side -> five maps of (64, 192, 384, 256, 256) channels
    at about (1/2, 1/4, 1/8, 1/8, 1/8) of the size.

    Where AlexNet strides, this computes every position, blurs and only then leaves out every other one. All of it, not
    only ``channels``, was trained from scratch on people's judgements of distorted pictures (BAPPS), so that it shares
    no weights with any network of the perceptual loss.

    The weights come with the package ``stlpips-pytorch``, whose code is not run: it imports packages that it does not
    require, and parts of it may not be used commercially. Raises UserError if the weights are missing or not the known.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        state = read_packaged(PACKAGE, FILE, SHA256)
        self.stages = nn.ModuleList([
            nn.Sequential(nn.Conv2d(3, 64, 11, padding=2), BlurredHalving(64), nn.ReLU()),
            nn.Sequential(nn.MaxPool2d(3, 1), BlurredHalving(64), nn.Conv2d(64, 192, 5, padding=2), nn.ReLU()),
            nn.Sequential(nn.MaxPool2d(3, 1), BlurredHalving(192), nn.Conv2d(192, 384, 3, padding=1), nn.ReLU()),
            nn.Sequential(nn.Conv2d(384, 256, 3, padding=1), nn.ReLU()),
            nn.Sequential(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU()),
        ])  # fmt: skip
        convolutions = [layer for layer in self.modules() if isinstance(layer, nn.Conv2d)]
        for convolution, name in zip(convolutions, CONVOLUTIONS, strict=True):
            convolution.load_state_dict({part: state[f"net.{name}.{part}"] for part in ("weight", "bias")})
        self.register_buffer("shift", state["scaling_layer.shift"])
        self.register_buffer("scale", state["scaling_layer.scale"])
        self.channels = [state[f"lin{depth}.model.1.weight"].flatten() for depth in range(len(self.stages))]
        self.eval().requires_grad_(False)

    def forward(self, image: Tensor) -> list[Tensor]:
        hidden = (image - self.shift) / self.scale
        features = []
        for stage in self.stages:
            hidden = stage(hidden)
            features.append(hidden)
        return features


class BlurredHalving(nn.Module):
    """Blurs with (1, 2, 1) / 4 along both axes and keeps every other position.

    float (B, ``channels``, H, W), H and W at least 3 -> (B, ``channels``, (H + 3) // 2, (W + 3) // 2). The map is
    reflected by 2 at its edges, one more than the filter reaches, as it was in training.
    """

    filters: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        binomial = torch.tensor([1.0, 2.0, 1.0]) / 4
        self.register_buffer("filters", torch.outer(binomial, binomial).repeat(channels, 1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), self.filters, stride=2, groups=x.shape[1])
