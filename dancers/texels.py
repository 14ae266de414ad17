"""Painted surfaces: every triangle is divided into small equal triangles, each with a colour of its own.

So a person is painted once, by array formulas in template coordinates, and rendering a frame only looks up.
A triangle with ``n`` divisions has n * n texels; corners a, b, c with weights (1 - u - v, u, v).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

MAX_DIVISIONS = 24


@dataclass(frozen=True)
class Texels:
    """The texels of T triangles: of triangle t, ``divisions[t] ** 2`` of them from ``first[t]`` on."""

    divisions: np.ndarray  # int32 (T,)
    first: np.ndarray  # int32 (T,)

    @classmethod
    def of_size(cls, corners: np.ndarray, size: np.ndarray) -> "Texels":
        """Divide triangles ``corners`` (T, 3, 3), m, so that the edges of texels are at most ``size`` (T,), m."""
        edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
        divisions = np.clip(np.ceil(edges / size), 1, MAX_DIVISIONS).astype(np.int32)
        first = np.concatenate([[0], np.cumsum(divisions[:-1] ** 2)]).astype(np.int32)
        return cls(divisions, first)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """A value a triangle (T, ...) repeated for each of its texels."""
        return np.repeat(values, self.divisions**2, axis=0)

    def centres(self, corners: np.ndarray) -> np.ndarray:
        """The centres (texels, 3) of all texels, given the triangles' ``corners`` (T, 3, 3)."""
        points = np.empty((int((self.divisions**2).sum()), 3))
        for n in np.unique(self.divisions):
            u, v = _centres(int(n))
            weights = np.stack([1 - u - v, u, v], axis=1)
            of = np.nonzero(self.divisions == n)[0]
            where = self.first[of][:, None] + np.arange(n * n)
            points[where] = np.einsum("kw,twx->tkx", weights, corners[of])
        return points


def _centres(n: int) -> tuple[np.ndarray, np.ndarray]:
    """(u, v) of the texels of a triangle with ``n`` divisions, in the order of :func:`texel`."""
    u, v = [], []
    for i in range(n):
        for j in range(n - i):
            u.append((i + 1 / 3) / n)
            v.append((j + 1 / 3) / n)
            if i + j < n - 1:
                u.append((i + 2 / 3) / n)
                v.append((j + 2 / 3) / n)
    return np.array(u), np.array(v)


@njit(inline="always")
def texel(n: int, u: float, v: float) -> int:
    """Which of the n * n texels of a triangle holds the point (u, v): row by row along u, pairs along v."""
    i = min(max(int(u * n), 0), n - 1)
    j = min(max(int(v * n), 0), n - 1 - i)
    upper = 1 if (u * n - i) + (v * n - j) > 1 and i + j < n - 1 else 0
    return i * (2 * n - i) + 2 * j + upper
