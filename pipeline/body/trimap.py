"""What of a frame is surely the person and what surely is not, as far as joints and plate tell."""

import cv2
import numpy as np

from pipeline.scene.person import clearance

GRID = 4  # px of the training picture that a trimap's pixel stands for
CLEAR, UNKNOWN, OPAQUE = 0, 1, 2
BODY = 0  # clearance: up to here a pixel lies within the body around the bones
NEAR, FAR = 1, 4  # clearance: between them lie cloth and hair, or the plate, and the plate itself tells which
SAME = 12  # grey levels: where no channel differs by more, the frame shows the plate


def trimap(joints: np.ndarray, frame: np.ndarray, plate: np.ndarray) -> np.ndarray:
    """CLEAR, UNKNOWN or OPAQUE for every GRID x GRID px, uint8 (H / GRID, W / GRID).

    Opaque are the limbs, trunk and head themselves; clear is what is far from them, or near and looks like the plate.
    In between, at the outlines, and where a shadow falls nearby, nothing is known.

    joints: (137, 3) in px of ``frame``. frame, plate: uint8 RGB (H, W, 3).
    """
    height, width = frame.shape[0] // GRID, frame.shape[1] // GRID
    distance = clearance(joints * np.array([1 / GRID, 1 / GRID, 1], np.float32), width, height)
    small, behind = (cv2.resize(each, (width, height), interpolation=cv2.INTER_AREA) for each in (frame, plate))
    same = cv2.absdiff(small, behind).max(axis=2) <= SAME
    known = np.full((height, width), UNKNOWN, np.uint8)
    known[(distance >= FAR) | ((distance >= NEAR) & same)] = CLEAR
    known[distance <= BODY] = OPAQUE
    return known
