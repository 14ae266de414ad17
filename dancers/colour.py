"""Colours: written as sRGB hex in the data files, mixed and lit in linear light."""

import numpy as np

GAMMA = 2.2  # of the rendered pictures


def linear(colour: str) -> np.ndarray:
    """``"#rrggbb"`` as float32 (3,) linear RGB, 0..1."""
    return np.array([(int(colour[i : i + 2], 16) / 255) ** GAMMA for i in (1, 3, 5)], np.float32)


def mix(below: np.ndarray, above: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Colours (N, 3) ``below`` with ``above`` (N, 3) or (3,) painted over where ``cover`` (N,), 0..1, says so."""
    return below + (above - below) * np.asarray(cover, np.float32)[:, None]
