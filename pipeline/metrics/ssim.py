"""Structural similarity (Wang et al. 2004) of two pictures, with the paper's Gaussian window."""

import cv2
import numpy as np

SIGMA = 1.5
WINDOW = 11  # px: the Gaussian cut at 3.5 sigma
BORDER = WINDOW // 2  # px from a picture's edge within which windows stick out of it
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(a: np.ndarray, b: np.ndarray) -> float:
    """Mean SSIM of two RGB pictures (H, W, 3) with values in 0..255; 1 for equal pictures, at least -1.

    Each channel by itself, then their mean, over the windows that lie whole inside the picture. The same as
    scikit-image's ``structural_similarity`` with ``gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False, data_range=255``, several times faster. Raises ValueError if the shapes
    differ or a side is shorter than the window.
    """
    return float(ssim_map(a, b)[BORDER:-BORDER, BORDER:-BORDER].mean())


def ssim_map(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """SSIM of the window around every pixel, float64 (H, W), the mean of the three channels'.

    Windows that stick out of the picture see it mirrored. The same as scikit-image's map (``full=True``);
    pictures and errors as in :func:`ssim`.
    """
    if a.shape != b.shape or min(a.shape[:2]) < WINDOW:
        raise ValueError(
            f"SSIM needs two pictures of one size, {WINDOW} px or more, not {a.shape} and {b.shape}"
        )
    kernel = cv2.getGaussianKernel(WINDOW, SIGMA)

    def blur(picture: np.ndarray) -> np.ndarray:
        return cv2.sepFilter2D(picture, cv2.CV_64F, kernel, kernel, borderType=cv2.BORDER_REFLECT)

    # In float32 the variance of a bright flat wall drowns in the rounding of its squares: errors of 4e-5.
    a, b = a.astype(np.float64), b.astype(np.float64)
    mean_a, mean_b = blur(a), blur(b)
    product, squares = mean_a * mean_b, mean_a**2 + mean_b**2
    covariance = blur(a * b) - product
    variances = blur(a * a + b * b) - squares
    similarity = (2 * product + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2))
    return similarity.mean(axis=2)
