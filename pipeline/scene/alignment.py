"""Aligning two pictures to a fraction of a pixel by all their structure, edges included, whatever moves by itself."""

import cv2
import numpy as np

from pipeline.scene.tracking import structure

NOISE = 6.0  # grey levels: fainter structure, as the bands of a compressed sky, hardly counts
SOFTEN = 1.0  # px: standard deviation of the blur that makes a picture fit for interpolation
MOST = 20_000  # pixels that are compared
STEPS, ENOUGH = 8, 0.01  # at most; px: a step that is shorter is the last
OUTLIER = 2.0  # standard deviations: a pixel that differs by so much counts a quarter


def fine_structure(picture: np.ndarray) -> np.ndarray:
    """What is compared of a picture, uint8 RGB (H, W, 3): float32 (H, W)."""
    return cv2.GaussianBlur(structure(picture, NOISE).astype(np.float32), (0, 0), SOFTEN)


class Alignment:
    """Aligns other pictures to ``fine``, float32 (H, W), by its pixels with the most structure.

    free: uint8 (H, W), other than 0 where its pixels may be used.
    """

    def __init__(self, fine: np.ndarray, free: np.ndarray) -> None:
        height, width = fine.shape
        across, down = _gradients(fine)
        strength = np.hypot(across, down)
        chosen = np.flatnonzero((free > 0) & (strength > np.median(strength[free > 0])))
        self.pixels = chosen[:: len(chosen) // MOST + 1]
        y, x = np.divmod(self.pixels, width)
        # from the middle, in half heights: all parameters of a step are of one size
        self.to_px = np.array([[height / 2, 0, width / 2], [0, height / 2, height / 2], [0, 0, 1]])
        self.x, self.y = (2 * x - width) / height, (2 * y - height) / height
        self.values, self.across, self.down = (each.ravel()[self.pixels] for each in (fine, across, down))

    def refine(
        self, fine: np.ndarray, free: np.ndarray, to_here: np.ndarray, homography: bool
    ) -> tuple[np.ndarray, float] | None:
        """Refine ``to_here``, (3, 3) from px of the other picture to px of this one, by Gauss-Newton steps.

        Gradients are the mean of both pictures' (efficient second-order minimization), and pixels that differ much
        count little. fine, free: the other picture's, float32 and uint8 (H, W). Changes to_here by a similarity, or by
        a ``homography``. Returns it, [2, 2] = 1, and the mean squared difference that is left; None if nothing is.
        """
        size = fine.shape[::-1]
        for _ in range(STEPS):
            warped = cv2.warpPerspective(fine, to_here, size)
            seen = cv2.warpPerspective(free, to_here, size, flags=cv2.INTER_NEAREST).ravel()[self.pixels] > 0
            across, down = (
                (mine + its.ravel()[self.pixels])[seen] * (len(fine) / 4)  # the mean, per half height
                for mine, its in zip((self.across, self.down), _gradients(warped), strict=True)
            )
            x, y = self.x[seen], self.y[seen]
            difference = (warped.ravel()[self.pixels] - self.values)[seen]
            if len(difference) < MOST // 100:
                return None
            outward = across * x + down * y
            if homography:
                derivatives = [across * x, across * y, across, down * x, down * y, down, -outward * x, -outward * y]
            else:
                derivatives = [outward, down * x - across * y, across, down]
            jacobian = np.stack(derivatives)
            deviation = 1.4826 * np.median(np.abs(difference)) + 1e-3
            weights = 1 / (1 + (difference / (OUTLIER * deviation)) ** 2) ** 2
            weighted = jacobian * weights
            # not by BLAS, whose threads sum in another order on other machines, and stall a busy one
            normal = np.einsum("in,jn->ij", weighted, jacobian)
            step = -np.linalg.lstsq(normal, np.einsum("in,n->i", weighted, difference), rcond=1e-9)[0]
            if homography:
                change = np.append(step, 0).reshape(3, 3)
            else:
                change = np.array([[step[0], -step[1], step[2]], [step[1], step[0], step[3]], [0, 0, 0]])
            here = np.linalg.inv(self.to_px @ (np.eye(3) + change) @ np.linalg.inv(self.to_px)) @ to_here
            to_here = here / here[2, 2]
            if np.abs(step).max() * len(fine) / 2 < ENOUGH:
                break
        return to_here, float((weights * difference**2).sum() / weights.sum())


def _gradients(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per px, across and down."""
    return cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=1 / 8)
