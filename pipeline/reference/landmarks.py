"""What a flow limb by limb leaves out: that eyes, mouth and fingers lie just where the pose has them."""

import cv2
import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.pose.stature import person_height
from pipeline.reference.limb_flow import limb_flow

REACH = 0.012  # heights: standard deviation of the Gaussian around each joint in which it has a say
DAMPING = 0.2  # of a joint's own weight: what no motion at all weighs
LIMIT = 0.05  # heights: a joint that would have to move farther is a false one, or a finger of another gesture


def landmark_flow(here: np.ndarray, there: np.ndarray, width: int, height: int) -> np.ndarray:
    """What to add to the places of :func:`limb_flow`, float32 (height, width, 2), px of the other picture.

    The mean of how far the flow misses each joint, weighted by a Gaussian of the distance (Shepard's interpolation).
    here, there: joints (137, 3) in px of a picture of ``width`` x ``height`` px, and of the other.
    """
    found = found_joints(here) & found_joints(there)
    tall, their_tall = float(person_height(here)), float(person_height(there))
    missed = there[found, :2] - limb_flow(here[found, :2], here, there).places
    columns, rows = (np.floor(here[found, axis]).astype(int) for axis in range(2))
    used = (np.linalg.norm(missed, axis=1) <= LIMIT * their_tall) & (columns >= 0) & (columns < width)
    used &= (rows >= 0) & (rows < height)
    total = np.zeros((height, width, 3), np.float32)  # of what is missed, and of the joints
    np.add.at(total, (rows[used], columns[used]), np.column_stack([missed[used], np.ones(used.sum())]))
    sigma = max(REACH * tall, 0.5)
    total = cv2.GaussianBlur(total, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT) * (2 * np.pi * sigma**2)
    return total[..., :2] / (total[..., 2:] + DAMPING)
