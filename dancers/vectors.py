"""Vectors of three numbers for compiled loops: plain tuples, which cost nothing there."""

import numpy as np
from numba import njit

Vector = tuple[float, float, float]


@njit(inline="always")
def vector(rows: np.ndarray, row: int) -> Vector:
    """Row ``row`` of an (N, 3) array."""
    return float(rows[row, 0]), float(rows[row, 1]), float(rows[row, 2])


@njit(inline="always")
def dot(a: Vector, b: Vector) -> float:
    """a . b"""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@njit(inline="always")
def plus(a: Vector, b: Vector, factor: float) -> Vector:
    """a + factor * b"""
    return a[0] + factor * b[0], a[1] + factor * b[1], a[2] + factor * b[2]


@njit(inline="always")
def unit(a: Vector) -> Vector:
    """a at length 1; nothing stays nothing."""
    length = np.sqrt(dot(a, a)) + 1e-12
    return a[0] / length, a[1] / length, a[2] / length


@njit(inline="always")
def blend(rows: np.ndarray, corners: np.ndarray, weights: Vector) -> Vector:
    """The mean of three rows ``corners`` (3,) of an (N, 3) array by ``weights``."""
    a, b, c = vector(rows, corners[0]), vector(rows, corners[1]), vector(rows, corners[2])
    return plus(plus(plus((0.0, 0.0, 0.0), a, weights[0]), b, weights[1]), c, weights[2])
