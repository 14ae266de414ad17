"""Hair: painted on the raised scalp, and on loose strips."""

import numpy as np

from dancers.cast import Hair
from dancers.colour import linear, mix
from dancers.noise import noise, smoothstep
from dancers.template import HEAD

GLOSS = 0.03


def above_hairline(points: np.ndarray) -> np.ndarray:
    """Height (N,) in template metres of ``points`` (N, 3) above the line where hair begins; negative on the ears."""
    x, y, z = points.T
    line = np.interp(
        y,
        [-0.16, -0.13, -0.105, -0.09, -0.078, -0.06, -0.03, 0.0, 0.05],
        [0.806, 0.806, 0.790, 0.765, 0.735, 0.72, 0.70, 0.655, 0.625],
    )
    ear = (y > -0.082) & (y < -0.025) & (z < 0.742) & (z > 0.665) & (np.abs(x) > 0.0715)
    return np.where(ear, -1.0, z - line)


def paint_scalp(
    points: np.ndarray, colour: np.ndarray, gloss: np.ndarray, hair: Hair
) -> tuple[np.ndarray, np.ndarray]:
    """Strands from the crown down, over the ``colour`` (N, 3) and ``gloss`` (N,) of a head at ``points`` (N, 3)."""
    x, y, z = points.T
    around = np.arctan2(x, -(y + 0.04))
    strand = noise(np.stack([around * 26 + z * 4, z * 9 + x * 5, y * 9], axis=1))
    cover = (z > HEAD) * smoothstep(-0.004, 0.006, above_hairline(points) + (strand - 0.5) * 0.012)
    painted = mix(colour, linear(hair.colour) * (0.55 + 0.9 * strand)[:, None], cover)
    return painted, np.where(cover > 0.5, GLOSS, gloss).astype(np.float32)


def paint_strips(points: np.ndarray, hair: Hair) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of loose hair at ``points`` (N, 3): strands that run downwards."""
    strand = noise(points * [170, 170, 7])
    return linear(hair.colour) * (0.45 + 1.1 * strand)[:, None], np.full(len(points), GLOSS, np.float32)
