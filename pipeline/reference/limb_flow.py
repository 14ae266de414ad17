"""A dense flow between two poses of a person: every pixel moves with the limb it belongs to (linear blend skinning)."""

from typing import NamedTuple

import numpy as np

from pipeline.reference.limbs import Limbs, limb_maps, limbs_of

SHARPNESS = 3.0  # of the softmax that shares pixels out among limbs by squared distance in radii
BEHIND = 1.5  # how much less likely a pixel is the trunk's, the first limb's: an arm or a head is usually before it
NEAR, FAR = 1.5, 2.5  # radii from a limb's axis: up to there it is surely meant; from there on it is background


class LimbFlow(NamedTuple):
    """places: float64 (n, 2), where each point lies in the other picture, px. valid: float64 (n,) in [0, 1], whether
    the same limb is seen there: 0 where the other pose holds another limb before it, and far from the person."""

    places: np.ndarray
    valid: np.ndarray


def limb_flow(points: np.ndarray, here: np.ndarray, there: np.ndarray) -> LimbFlow:
    """From ``points`` (n, 2) of a picture that shows the pose ``here`` into another, which shows ``there``.

    here, there: joints (137, 3) in px of their pictures. If they have no limb in common, nothing is valid.
    """
    maps, limbs, their_limbs = limb_maps(here, there), limbs_of(here), limbs_of(there)
    common = np.isfinite(maps[:, 0, 0])
    if not common.any():
        return LimbFlow(points.astype(np.float64), np.zeros(len(points)))
    shares, distance = _shares(points, limbs._replace(found=common))
    moved = np.einsum("lij,nj->nli", maps[common, :, :2], points) + maps[common, :, 2]
    places = (shares[:, common, None] * moved).sum(axis=1)
    their_shares, _ = _shares(places, their_limbs)
    same = np.minimum(shares, their_shares).sum(axis=1)
    return LimbFlow(places, same * ((FAR - distance) / (FAR - NEAR)).clip(0, 1))


def _shares(points: np.ndarray, limbs: Limbs) -> tuple[np.ndarray, np.ndarray]:
    """By how much each of ``points`` (n, 2) belongs to each limb, (n, limbs), sum 1; distance to the nearest, (n,).

    Distances are in radii, from the axis. Limbs that are not found get nothing.
    """
    start, along = limbs.axes[limbs.found, 0], limbs.axes[limbs.found, 1] - limbs.axes[limbs.found, 0]
    from_start = points[:, None] - start
    nearest = (from_start * along).sum(axis=2) / np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    distances = np.linalg.norm(from_start - nearest.clip(0, 1)[..., None] * along, axis=2) / limbs.radii[limbs.found]
    likeness = -SHARPNESS * distances**2 - BEHIND * (np.flatnonzero(limbs.found) == 0)
    weights = np.exp(likeness - likeness.max(axis=1, keepdims=True))
    shares = np.zeros((len(points), len(limbs.found)))
    shares[:, limbs.found] = weights / weights.sum(axis=1, keepdims=True)
    return shares, distances.min(axis=1)
