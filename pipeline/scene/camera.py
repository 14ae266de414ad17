"""Whether the camera stands still: how far the background wanders in the picture."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clips.spread import spread
from pipeline.scene.sample import BackgroundSample
from pipeline.scene.tracking import find_corners, follow, structure

CLEAR = 2  # clearance: nearer, the person shows in the blurred neighbourhood by which a structure evens out contrast
FRAMES = 101  # of the sample's that are looked at
STILL = 1 / 800  # of the picture's height: the background of a camera that stands still wanders less
MOST_LOST = 0.05  # share of the frames
PERCENTILE = 95  # of the frames' drifts: a few that are measured wrong do not count
FEWEST = 6  # features that tell of a picture
REFOUND = 0.5  # share of the followed features that must move as one, or the background counts as lost
AS_ONE = 1.0  # px: RANSAC's tolerance


@dataclass(frozen=True)
class CameraMotion:
    """drift: px, how far the background is from its usual place in 95 % of the frames at most.

    lost: share of the frames in which the background of the middle frame is not found again. height: px of the picture.
    """

    drift: float
    lost: float
    height: int

    @property
    def stands_still(self) -> bool:
        return self.drift <= STILL * self.height and self.lost <= MOST_LOST


def camera_motion(sample: BackgroundSample) -> CameraMotion:
    """Follow corners of the background from the middle frame to at most 100 others; fit a similarity to most of them.

    The drift of a frame is the median distance of its corners, moved by the similarity, from their median place over
    the frames. A plain background, with nothing to follow, stands still.
    """
    chosen = spread(len(sample.pictures), FRAMES)
    structures = [structure(sample.pictures[frame]) for frame in chosen]
    free = [sample.clearances[frame] >= CLEAR for frame in chosen]
    middle, height = len(structures) // 2, structures[0].shape[0]
    corners = find_corners(structures[middle], free[middle])
    if len(corners) < FEWEST:
        return CameraMotion(0.0, 0.0, height)
    followed = (follow(corners, structures[middle], end) for end in structures)
    similarities = [
        _similarity(corners, there, found & _at(where, there))
        for (there, found), where in zip(followed, free, strict=True)
    ]
    fits = np.array([fit for fit in similarities if fit is not None])  # at least that of the middle frame to itself
    places = corners @ fits[:, :, :2].transpose(0, 2, 1) + fits[:, None, :, 2]
    drifts = np.median(np.linalg.norm(places - np.median(places, axis=0), axis=2), axis=1)
    return CameraMotion(float(np.percentile(drifts, PERCENTILE)), 1 - len(fits) / len(structures), height)


def _at(where: np.ndarray, points: np.ndarray) -> np.ndarray:
    """bool (n,): ``where``, bool (H, W), at ``points`` (n, 2), or at the border pixel nearest to one outside."""
    x, y = np.rint(points).astype(int).clip(0, np.array(where.shape[::-1]) - 1).T
    return where[y, x]


def _similarity(start: np.ndarray, end: np.ndarray, found: np.ndarray) -> np.ndarray | None:
    """The similarity (2, 3) that takes most of the ``found`` points (n, 2) from ``start`` to ``end``, or none."""
    if found.sum() < FEWEST:
        return None
    fit, agree = cv2.estimateAffinePartial2D(start[found], end[found], method=cv2.RANSAC, ransacReprojThreshold=AS_ONE)
    return fit if fit is not None and agree.sum() >= max(FEWEST, REFOUND * found.sum()) else None
