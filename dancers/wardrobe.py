"""Which part of the body each garment covers: distances to its edge in template metres, positive inside."""

import numpy as np

from dancers.cast import Person
from dancers.template import ARM, along_arm, on_arm

OVERLAP = 0.10  # m that the bottom reaches up under the top


def in_top(points: np.ndarray, person: Person) -> np.ndarray:
    """Distance (N,) of ``points`` (N, 3) to the edge of the shirt: neckline, hem or the end of a sleeve."""
    top = person.top
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    collar = np.minimum(top.neck + (y + 0.07) * 0.55, top.neck + 0.032) + 0.9 * np.maximum(0, x - 0.07)
    body = np.minimum(collar - z, z - top.hem)
    return np.where(on_arm(points), (top.sleeve - along_arm(points)) * ARM, body)


def in_bottom(points: np.ndarray, person: Person) -> np.ndarray:
    """Distance (N,) of ``points`` (N, 3) to the edge of the trousers: waist or end."""
    z = points[:, 2]
    return np.where(on_arm(points), -1, np.minimum(person.top.hem + OVERLAP - z, z - person.bottom.end))


def clothed(points: np.ndarray, person: Person) -> np.ndarray:
    """Distance (N,) of ``points`` (N, 3) to bare skin: positive under any garment but shoes."""
    return np.maximum(in_top(points, person), in_bottom(points, person))
