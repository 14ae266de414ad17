"""Eyeballs and eyelashes."""

import numpy as np

from dancers.colour import linear, mix
from dancers.noise import noise, smoothstep


def paint_eye(points: np.ndarray, centre: np.ndarray, radius: float, iris: str) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of the eyeball around ``centre`` (3,) at ``points`` (N, 3); ``radius`` in m."""
    out = (points - centre) / radius
    out = out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9)
    angle = np.arccos(np.clip(-out[:, 1], -1, 1))  # from the middle of the pupil, radians
    colour = np.broadcast_to(linear("#ece9e4"), points.shape)
    colour = mix(colour, linear(iris) * (0.7 + 0.6 * noise(out * 9))[:, None], smoothstep(0.46, 0.42, angle))
    colour = mix(colour, linear("#080808"), smoothstep(0.23, 0.19, angle))
    colour = mix(colour, colour * 0.3, 0.7 * np.exp(-(((angle - 0.44) / 0.05) ** 2)))
    glint = (out[:, 1] < 0) * np.exp(-(((out[:, 0] - 0.13) / 0.07) ** 2 + ((out[:, 2] - 0.15) / 0.07) ** 2))
    colour = mix(colour, linear("#ffffff"), 0.9 * glint)
    lid = (0.62 + 0.40 * smoothstep(0.6, -0.3, out[:, 2])) * (0.35 + 0.65 * smoothstep(1.25, 0.75, angle))
    return (colour * lid[:, None]).astype(np.float32), np.zeros(len(points), np.float32)


def paint_lashes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of eyelashes at ``points`` (N, 3)."""
    return np.tile(linear("#160f0c"), (len(points), 1)), np.zeros(len(points), np.float32)
