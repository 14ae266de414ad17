"""Peak signal-to-noise ratio of two pictures."""

import cv2
import numpy as np

from pipeline.evaluation.measure import Box, Pictures, RegionMeasure

EQUAL = 100.0  # dB: what equal pictures get, for which it is infinite; one pixel in 10^5 off by one has 98 dB


def psnr(a: np.ndarray, b: np.ndarray, mask: np.ndarray | None = None) -> float:
    """10 log10(255^2 / mean squared error) in dB of two uint8 RGB pictures (H, W, 3), higher is better.

    mask: bool (H, W), the pixels that count; None: all. At most 100 dB, so that means stay finite. Raises
    ValueError if the shapes differ or no pixel counts.
    """
    if a.shape != b.shape or (mask is not None and not mask.any()):
        raise ValueError(f"PSNR needs two pictures of one size and a pixel, not {a.shape} and {b.shape}")
    counted = a.size if mask is None else 3 * np.count_nonzero(mask)
    error = cv2.norm(a, b, cv2.NORM_L2SQR, None if mask is None else mask.view(np.uint8)) / counted
    return EQUAL if error == 0 else min(EQUAL, 10 * np.log10(255**2 / error))


def by_region(
    truth: np.ndarray, mask: np.ndarray, box: Box | None, pictures: Pictures
) -> dict[str, dict[str, float]]:
    """PSNR of every picture in the whole frame, in the box, and over the person's pixels."""
    values = {name: {"frame": psnr(truth, picture)} for name, picture in pictures.items()}
    if box:
        for name, picture in pictures.items():
            values[name] |= {"box": psnr(truth[box], picture[box]), "mask": psnr(truth, picture, mask)}
    return values


OF_REGIONS = RegionMeasure(
    "psnr", column="PSNR", prepare=lambda network, constants: by_region, higher_is_better=True, unit="dB"
)
