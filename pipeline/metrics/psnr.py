"""Peak signal-to-noise ratio of two pictures."""

import numpy as np

EQUAL = 100.0  # dB: what equal pictures get, for which it is infinite; one pixel in 10^5 off by one has 98 dB


def psnr(a: np.ndarray, b: np.ndarray, mask: np.ndarray | None = None) -> float:
    """10 log10(255^2 / mean squared error) in dB of two RGB pictures (H, W, 3) in 0..255, higher is better.

    mask: bool (H, W), the pixels that count; None: all. At most 100 dB, so that means stay finite. Raises
    ValueError if the shapes differ or no pixel counts.
    """
    if a.shape != b.shape or (mask is not None and not mask.any()):
        raise ValueError(f"PSNR needs two pictures of one size and a pixel, not {a.shape} and {b.shape}")
    squares = (a.astype(np.float64) - b) ** 2
    error = float(np.mean(squares if mask is None else squares[mask]))
    return EQUAL if error == 0 else min(EQUAL, 10 * np.log10(255**2 / error))
