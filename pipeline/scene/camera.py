"""Whether the camera stands still: how far the background wanders in the picture."""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.scene.sample import BackgroundSample
from pipeline.clips.spread import spread

CLEAR = 2  # clearance: nearer, the person shows in the blurred neighbourhood by which _structure evens out contrast
FRAMES = 101  # of the sample's that are looked at
STILL = 1 / 256  # of the picture's height: the background of a camera that stands still wanders less
MOST_LOST = 0.05  # share of the frames
PERCENTILE = 95  # of the frames' drifts: a few that are measured wrong do not count
FEATURES, SPACING, QUALITY = 400, 1 / 40, 0.001  # at most; of the picture's height; of the strongest's strength
AREA, NOISE, CONTRAST = 1 / 40, 2.0, 50.0  # of the height; grey levels; grey levels that the local contrast becomes
FEWEST = 6  # features that tell of a picture
REFOUND = 0.5  # share of the followed features that must move as one, or the background counts as lost
WINDOW, LEVELS = (21, 21), 4  # px, halvings: of the Lucas-Kanade tracker
THERE_AND_BACK = 0.5  # px: a feature that is tracked to a frame and back ends where it began
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

    def warning(self) -> str | None:
        """One sentence for the user if the camera moves."""
        if self.stands_still:
            return None
        found = (
            f"its background wanders by {self.drift:.1f} px of {self.height}" if self.lost <= MOST_LOST
            else f"the background of its middle is not seen in {self.lost:.0%} of the frames"
        )
        return f"the target's camera does not stand still ({found}): use a clip from a tripod, without cuts or zoom"


def camera_motion(sample: BackgroundSample) -> CameraMotion:
    """Follow corners of the background from the middle frame to at most 100 others; fit a similarity to most of them.

    The drift of a frame is the median distance of its corners, moved by the similarity, from their median place over
    the frames. A plain background, with nothing to follow, stands still.
    """
    chosen = spread(len(sample.pictures), FRAMES)
    structures = [_structure(sample.pictures[frame]) for frame in chosen]
    clearances = [sample.clearances[frame] for frame in chosen]
    middle, height = len(structures) // 2, structures[0].shape[0]
    free = (clearances[middle] >= CLEAR).astype(np.uint8)
    corners = cv2.goodFeaturesToTrack(structures[middle], FEATURES, QUALITY, SPACING * height, mask=free)
    if corners is None or len(corners) < FEWEST:
        return CameraMotion(0.0, 0.0, height)
    corners = corners[:, 0]
    similarities = [
        _similarity(corners, *_follow(corners, structures[middle], structure, nearest))
        for structure, nearest in zip(structures, clearances, strict=True)
    ]
    fits = np.array([fit for fit in similarities if fit is not None])  # at least that of the middle frame to itself
    places = corners @ fits[:, :, :2].transpose(0, 2, 1) + fits[:, None, :, 2]
    drifts = np.median(np.linalg.norm(places - np.median(places, axis=0), axis=2), axis=1)
    return CameraMotion(float(np.percentile(drifts, PERCENTILE)), 1 - len(fits) / len(structures), height)


def _structure(picture: np.ndarray) -> np.ndarray:
    """uint8 (H, W): the picture in grey without its brightness, and with the same contrast everywhere above the noise.

    A camera that changes its exposure does not move, and faint lines of the background hold it better than the few
    sharp corners, which are often those of a shadow or a caption.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    sigma = AREA * len(grey)
    detail = grey - cv2.GaussianBlur(grey, (0, 0), sigma)
    contrast = np.sqrt(cv2.GaussianBlur(detail**2, (0, 0), sigma))
    return np.clip(128 + CONTRAST * detail / (contrast + NOISE), 0, 255).astype(np.uint8)


def _follow(
    corners: np.ndarray, start: np.ndarray, end: np.ndarray, clearances: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where ``corners`` (n, 2) of ``start``, uint8 (H, W), are in ``end``, float32 (n, 2), and which were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(start, end, corners, None, winSize=WINDOW, maxLevel=LEVELS)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(end, start, there, None, winSize=WINDOW, maxLevel=LEVELS)
    kept = (found & returned).astype(bool)[:, 0] & (np.linalg.norm(back - corners, axis=1) < THERE_AND_BACK)
    x, y = np.rint(there).astype(int).clip(0, np.array(clearances.shape[::-1]) - 1).T
    return there, kept & (clearances[y, x] >= CLEAR)


def _similarity(start: np.ndarray, end: np.ndarray, found: np.ndarray) -> np.ndarray | None:
    """The similarity (2, 3) that takes most of the ``found`` points (n, 2) from ``start`` to ``end``, or none."""
    if found.sum() < FEWEST:
        return None
    fit, agree = cv2.estimateAffinePartial2D(start[found], end[found], method=cv2.RANSAC, ransacReprojThreshold=AS_ONE)
    return fit if fit is not None and agree.sum() >= max(FEWEST, REFOUND * found.sum()) else None
