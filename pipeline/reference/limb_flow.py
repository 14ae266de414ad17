"""A dense flow between two poses of a person: every pixel moves with the limb it belongs to (linear blend skinning)."""

from typing import NamedTuple

import numpy as np

from pipeline.reference.limbs import Limbs, limb_maps, limbs_of

SHARPNESS = 3.0  # of the softmax that shares pixels out among limbs by squared distance in radii
BEHIND = 1.5  # how much less likely a pixel is the trunk's, the first limb's: an arm or a head is usually before it
NEAR, FAR = 1.5, 2.5  # radii from a limb's axis: up to there it is surely meant; from there on it is background


class LimbFlow(NamedTuple):
    """places: float32 (n, 2), where each point lies in the other picture, px. valid: float32 (n,) in [0, 1], whether
    the same limb is seen there: 0 where the other pose holds another limb before it, and far from the person."""

    places: np.ndarray
    valid: np.ndarray


def limb_flow(points: np.ndarray, here: np.ndarray, there: np.ndarray) -> LimbFlow:
    """From ``points`` (n, 2) of a picture that shows the pose ``here`` into another, which shows ``there``.

    here, there: joints (137, 3) in px of their pictures. If they have no limb in common, nothing is valid.
    """
    maps, limbs, their_limbs = limb_maps(here, there), limbs_of(here), limbs_of(there)
    common = np.isfinite(maps[:, 0, 0])
    points = points.astype(np.float32)
    if not common.any():
        return LimbFlow(points, np.zeros(len(points), np.float32))
    shares, distance = _shares(points, limbs._replace(found=common))
    blended = shares[common].T @ maps[common].reshape(-1, 6).astype(np.float32)  # an affine map a point
    x, y = points.T
    places = blended[:, [0, 3]] * x[:, None] + blended[:, [1, 4]] * y[:, None] + blended[:, [2, 5]]
    their_shares, _ = _shares(places, their_limbs)
    same = np.minimum(shares, their_shares).sum(axis=0)
    return LimbFlow(places, same * ((FAR - distance) / (FAR - NEAR)).clip(0, 1))


def share_of(which: slice, points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """By how much ``points`` (n, 2) belong to some of a pose's limbs, float32 (n,) in [0, 1]."""
    return _shares(points.astype(np.float32), limbs_of(joints))[0][which].sum(axis=0)


def reach(joints: np.ndarray, which: slice, radii: float = FAR) -> np.ndarray:
    """The box (x0, y0, x1, y1) of all that is within ``radii`` of limbs of a pose; without area if none is found.

    which: of the limbs, in the order of :class:`Limbs`.
    """
    axes, widths, found = (each[which] for each in limbs_of(joints))
    if not found.any():
        return np.zeros(4)
    around = radii * widths[found, None]
    low, high = axes[found].min(axis=1) - around, axes[found].max(axis=1) + around
    return np.concatenate([low.min(axis=0), high.max(axis=0)])


def _shares(points: np.ndarray, limbs: Limbs) -> tuple[np.ndarray, np.ndarray]:
    """By how much each of float32 ``points`` (n, 2) belongs to each limb, (limbs, n), sum 1; distance to the nearest.

    Distances, (n,), are in radii, from the axis. Limbs that are not found get nothing.
    """
    axes, radii = limbs.axes[limbs.found].astype(np.float32), limbs.radii[limbs.found].astype(np.float32)
    start, along = axes[:, 0, :, None], (axes[:, 1] - axes[:, 0])[..., None]
    x, y = points[:, 0] - start[:, 0], points[:, 1] - start[:, 1]  # (limbs, n), from the limb's first end
    squared = np.maximum((along**2).sum(axis=1), np.finfo(np.float32).tiny)
    nearest = ((x * along[:, 0] + y * along[:, 1]) / squared).clip(0, 1)
    x -= nearest * along[:, 0]
    y -= nearest * along[:, 1]
    distances = (x * x + y * y) / radii[:, None] ** 2
    likeness = -SHARPNESS * distances
    likeness -= BEHIND * (np.flatnonzero(limbs.found) == 0)[:, None]
    weights = np.exp(likeness - likeness.max(axis=0))
    shares = np.zeros((len(limbs.found), len(points)), np.float32)
    shares[limbs.found] = weights / weights.sum(axis=0)
    return shares, np.sqrt(distances.min(axis=0))
