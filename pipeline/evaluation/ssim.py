"""Structural similarity (Wang et al. 2004) of two pictures, with the paper's Gaussian window."""

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from pipeline.evaluation.measure import Box, Measure, Pictures, Plot, RegionMeasure, crop_values

SIGMA = 1.5
WINDOW = 11  # px: the Gaussian cut at 3.5 sigma
BORDER = WINDOW // 2  # px from a picture's edge within which windows stick out of it
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
KERNEL = cv2.getGaussianKernel(WINDOW, SIGMA)
SUM = np.ones((1, 3))  # of the three channels


@dataclass(frozen=True)
class Windows:
    """What SSIM asks of one picture, to be kept where it meets several others.

    All float64 (H, W, 3): its values, and their mean, squared mean and variance in the window around every pixel. In
    float32 the variance of a bright flat wall drowns in the rounding of its squares: errors of 4e-5.
    """

    values: np.ndarray
    mean: np.ndarray
    square: np.ndarray
    variance: np.ndarray


def windows(picture: np.ndarray) -> Windows:
    """The windows of an RGB picture (H, W, 3) in 0..255; those that stick out of it see it mirrored.

    Raises ValueError if a side is shorter than a window.
    """
    if min(picture.shape[:2]) < WINDOW:
        raise ValueError(f"SSIM needs pictures of {WINDOW} px or more, not {picture.shape}")
    values = picture.astype(np.float64)
    mean = _blur(values)
    square = mean * mean
    return Windows(values, mean, square, _blur(values * values) - square)


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Mean SSIM of two RGB pictures (H, W, 3) with values in 0..255; 1 for equal pictures, at least -1.

    Each channel by itself, then their mean, over the windows that lie whole inside the picture. The same as
    scikit-image's ``structural_similarity`` with ``gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False, data_range=255``, several times faster. Raises ValueError if the shapes
    differ or a side is shorter than the window.
    """
    return inside(ssim_map(windows(a), windows(b)))


def ssim_map(a: Windows, b: Windows) -> np.ndarray:
    """SSIM of the window around every pixel of two pictures, float64 (H, W), the mean of the three channels'.

    The same as scikit-image's map (``full=True``). Raises ValueError if the pictures' shapes differ.
    """
    if a.values.shape != b.values.shape:
        raise ValueError(f"SSIM needs two pictures of one size, not {a.values.shape} and {b.values.shape}")
    product = a.mean * b.mean
    covariance = _blur(a.values * b.values)
    covariance -= product
    similarity = _plus(product, C1) * _plus(covariance, C2)
    similarity /= (a.square + b.square + C1) * (a.variance + b.variance + C2)
    return cv2.transform(similarity, SUM) / 3


def inside(similarity: np.ndarray) -> float:
    """The mean of a map, or of a part, over the windows that lie whole inside it: the SSIM of this crop by itself."""
    return float(similarity[BORDER:-BORDER, BORDER:-BORDER].mean())


def by_region(
    kept: dict[str, Windows], truth: np.ndarray, mask: np.ndarray, box: Box | None, pictures: Pictures
) -> dict[str, dict[str, float]]:
    """SSIM of every picture in the whole frame and in the box, and the mean of its map over the person's pixels.

    kept: the windows of some of the pictures, known before.
    """
    true_windows = windows(truth)
    values = {}
    for name, picture in pictures.items():
        similarity = ssim_map(true_windows, kept.get(name) or windows(picture))
        values[name] = {"frame": inside(similarity)}
        if box:
            values[name] |= {"box": inside(similarity[box]), "mask": float(similarity[mask].mean())}
    return values


def _plus(values: np.ndarray, constant: float) -> np.ndarray:
    """2 values + constant, in the same memory."""
    values *= 2
    values += constant
    return values


def _blur(picture: np.ndarray) -> np.ndarray:
    return cv2.sepFilter2D(picture, cv2.CV_64F, KERNEL, KERNEL, borderType=cv2.BORDER_REFLECT)


OF_CROPS = Measure(
    of=lambda frame: frame.by_crop("ssim", ssim),
    plot=Plot("ssim", "SSIM"),
    values=crop_values("ssim", "SSIM", "SSIM", counted=True),
    meaning="SSIM: structural similarity of the two crops, 1 if they are equal",
    higher_is_better=True,
    unmeasured="{} crop: no held-out frame's input pose shows it large enough to compare",
)
OF_REGIONS = RegionMeasure(
    "ssim",
    column="SSIM",
    prepare=lambda network, constants: partial(
        by_region, {name: windows(picture) for name, picture in constants.items()}
    ),
    higher_is_better=True,
    headline="SSIM",
)
