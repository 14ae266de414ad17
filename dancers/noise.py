"""Value noise: smooth random numbers in space, the same on every machine."""

import numpy as np

SIZE = 32  # points of the periodic lattice along each axis
LATTICE = np.random.RandomState(7).random_sample((SIZE, SIZE, SIZE)).astype(np.float32)


def noise(points: np.ndarray) -> np.ndarray:
    """Value noise at ``points`` (N, 3), float32 (N,) in 0..1; it varies over about one unit of length."""
    points = np.asarray(points, np.float32)
    corner = np.floor(points)
    t = points - corner
    t = t * t * (3 - 2 * t)
    low = corner.astype(np.int64) % SIZE
    high = (low + 1) % SIZE

    def along_z(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        near = LATTICE[x, y, low[:, 2]]
        return near + (LATTICE[x, y, high[:, 2]] - near) * t[:, 2]

    def along_y(x: np.ndarray) -> np.ndarray:
        near = along_z(x, low[:, 1])
        return near + (along_z(x, high[:, 1]) - near) * t[:, 1]

    near = along_y(low[:, 0])
    return near + (along_y(high[:, 0]) - near) * t[:, 0]


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 where ``x`` is below ``low``, 1 above ``high``, smooth between; the other way round if low > high."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
