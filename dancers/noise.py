"""Value noise: smooth random numbers in space, the same on every machine."""

import numpy as np
from numba import njit

SIZE = 32  # points of the periodic lattice along each axis
LATTICE = np.random.RandomState(7).random_sample((SIZE, SIZE, SIZE)).astype(np.float32)


def noise(points: np.ndarray) -> np.ndarray:
    """Value noise at ``points`` (N, 3), float32 (N,) in 0..1; it varies over about one unit of length."""
    return _interpolate(np.asarray(points, np.float32), LATTICE)


@njit(cache=True)
def _interpolate(points: np.ndarray, lattice: np.ndarray) -> np.ndarray:
    """The lattice at ``points``, all in float32: the same bits as array by array."""
    values = np.empty(len(points), np.float32)
    for n in range(len(points)):
        x, x_next, along_x = _cell(points[n, 0])
        y, y_next, along_y = _cell(points[n, 1])
        z, z_next, along_z = _cell(points[n, 2])
        near = _mix(_mix(lattice[x, y, z], lattice[x, y, z_next], along_z),
                    _mix(lattice[x, y_next, z], lattice[x, y_next, z_next], along_z), along_y)
        far = _mix(_mix(lattice[x_next, y, z], lattice[x_next, y, z_next], along_z),
                   _mix(lattice[x_next, y_next, z], lattice[x_next, y_next, z_next], along_z), along_y)
        values[n] = _mix(near, far, along_x)
    return values


@njit(inline="always")
def _cell(place: np.float32) -> tuple[int, int, np.float32]:
    """The points of the lattice before and after ``place`` on an axis, and the share of the second."""
    corner = np.floor(place)
    t = place - corner
    first = int(corner) % SIZE
    return first, (first + 1) % SIZE, t * t * (np.float32(3) - np.float32(2) * t)


@njit(inline="always")
def _mix(first: np.float32, second: np.float32, share: np.float32) -> np.float32:
    return first + (second - first) * share


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 where ``x`` is below ``low``, 1 above ``high``, smooth between; the other way round if low > high."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
