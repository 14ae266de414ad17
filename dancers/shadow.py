"""The dancer's shadow: what the lamp sees, and whether it sees a point."""

from typing import NamedTuple

import numpy as np
from numba import njit

from dancers.raster import barycentric, rasterize
from dancers.vectors import Vector, dot, vector

SIZE = 384  # px of the square map
MARGIN = 0.06  # m around the dancer
# Where the map is looked up around a point, for soft edges.
TAPS = np.array(
    [(-0.9, -0.4), (0.4, -0.9), (0.9, 0.4), (-0.4, 0.9), (0, 0), (-1.5, 1.2), (1.5, -1.2), (1.2, 1.5), (-1.2, -1.5)]
)


class Shadow(NamedTuple):
    """The map of the lamp at infinity.

    axes: (3, 3), rows right, up and towards the lamp, as seen from it. heights: (S, S), m towards the lamp, of the
    nearest surface, -inf where there is none. A point at (right, up) m lies at column (right - left) * scale and row
    (up - bottom) * scale.
    """

    axes: np.ndarray
    heights: np.ndarray
    left: float
    bottom: float
    scale: float


def lamp_axes(towards: np.ndarray) -> np.ndarray:
    """Rows right, up and towards the lamp in direction ``towards`` (3,), which is not straight above; (3, 3)."""
    towards = towards / np.linalg.norm(towards)
    right = np.cross(towards, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(right, towards), towards])


def cast_shadow(vertices: np.ndarray, triangles: np.ndarray, axes: np.ndarray) -> Shadow:
    """The map of a mesh: ``vertices`` (V, 3), m, int32 ``triangles`` (T, 3)."""
    from_lamp = vertices @ axes.T
    low = from_lamp[:, :2].min(axis=0) - MARGIN
    high = from_lamp[:, :2].max(axis=0) + MARGIN
    scale = (SIZE - 1) / (high - low).max()
    xy = (from_lamp[:, :2] - low) * scale
    towards = np.ascontiguousarray(from_lamp[:, 2])
    nearest = rasterize(xy, towards, triangles, np.ones(len(triangles), np.bool_), SIZE, SIZE)
    return Shadow(axes, _heights(nearest, xy, towards, triangles), low[0], low[1], scale)


@njit(cache=True)
def _heights(seen: np.ndarray, xy: np.ndarray, towards: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    heights = np.full(seen.shape, -np.inf)
    level = np.ones(len(towards))  # parallel light: no perspective
    for y in range(seen.shape[0]):
        for x in range(seen.shape[1]):
            if seen[y, x] >= 0:
                corners = triangles[seen[y, x]]
                a, b, c = barycentric(xy, level, corners, x + 0.5, y + 0.5)
                heights[y, x] = a * towards[corners[0]] + b * towards[corners[1]] + c * towards[corners[2]]
    return heights


@njit(inline="always")
def lit(shadow: Shadow, point: Vector, tolerance: float, radius: float) -> float:
    """The share of the lamp's light that reaches ``point``, 0..1.

    tolerance: m that it may lie behind the nearest surface. radius: of the soft edge, about, in px of the map.
    """
    column = (dot(vector(shadow.axes, 0), point) - shadow.left) * shadow.scale
    row = (dot(vector(shadow.axes, 1), point) - shadow.bottom) * shadow.scale
    if not (0 < column < SIZE and 0 < row < SIZE):
        return 1.0
    height = dot(vector(shadow.axes, 2), point) + tolerance
    reached = 0
    for tap in range(len(TAPS)):
        x = min(max(int(np.floor(column + TAPS[tap, 0] * radius)), 0), SIZE - 1)
        y = min(max(int(np.floor(row + TAPS[tap, 1] * radius)), 0), SIZE - 1)
        if shadow.heights[y, x] <= height:
            reached += 1
    return reached / len(TAPS)
