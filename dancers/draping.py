"""A skirt lies over the thighs: where one has come through the cloth, the cloth is pushed out until it covers it."""

import numpy as np
from numba import njit

from dancers.skeleton import SIDES, Skeleton

ALONG = np.arange(0.3, 1.05, 0.07)  # places of balls along a thigh: 0 the hip, 1 the knee
SLICE = 0.02  # m: half the height of the slice of a thigh that a ball fills
GAP = 0.012  # m between thigh and cloth


class Thighs:
    """The thighs of one body, as balls that fill them down to the knees. radii: (B,), m."""

    def __init__(self, skeleton: Skeleton, skin: np.ndarray) -> None:
        """skin: the body's vertices (N, 3) at rest, m."""
        centres, radii, bones = [], [], []
        for side, sign in SIDES.items():
            hip, knee = (skeleton.bones.index(f"{bone}.{side}") for bone in ("upperleg01", "lowerleg01"))
            leg = skin[skin[:, 0] * sign > 0]
            for along in ALONG:
                centre = skeleton.heads[hip] + along * (skeleton.heads[knee] - skeleton.heads[hip])
                slice_ = leg[np.abs(leg[:, 2] - centre[2]) < SLICE]
                centres.append(centre)
                radii.append(np.linalg.norm((slice_ - centre)[:, :2], axis=1).max() + GAP)
                bones.append(hip)
        self._rest, self._bones, self.radii = np.array(centres), np.array(bones), np.array(radii)

    def centres(self, transforms: np.ndarray) -> np.ndarray:
        """Where the balls' centres (B, 3), m, are in a pose (``Skeleton.solve``)."""
        moves = transforms[self._bones]
        return np.einsum("bij,bj->bi", moves[:, :, :3], self._rest) + moves[:, :, 3]


@njit(cache=True)
def lift(cloth: np.ndarray, outward: np.ndarray, centres: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """How far (V,), m, each vertex of ``cloth`` (V, 3), m, must go along its unit normal to leave all balls behind it.

    outward: the normals (V, 3). centres: (B, 3), radii: (B,), m. Balls that lie beside a vertex or altogether before
    it, as the other thigh may, do not count.
    """
    way = np.zeros(len(cloth))
    for v in range(len(cloth)):
        for b in range(len(centres)):
            along, square = 0.0, 0.0
            for axis in range(3):
                away = cloth[v, axis] - centres[b, axis]
                along += away * outward[v, axis]
                square += away * away
            inside = radii[b] ** 2 - (square - along * along)  # of the cylinder around the ball along the normal
            if inside > 0 and along > -radii[b]:
                way[v] = max(way[v], np.sqrt(inside) - along)
    return way
