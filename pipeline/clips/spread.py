"""Evenly spread choices."""

import numpy as np


def spread(count: int, most: int) -> np.ndarray:
    """At most ``most`` of the indices 0..count-1, evenly spread from the first to the last, int64."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)
