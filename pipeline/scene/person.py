"""How near every pixel is to the person: by the joints, with flesh and a margin around them, and by a mask."""

from typing import NamedTuple

import cv2
import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import FACE, LEFT_HAND, RIGHT_HAND, found_joints
from pipeline.pose.stature import person_height


class Part(NamedTuple):
    """Bones (a, b), or points (a, a), with ``radius`` of body around them and ``margin`` around that, in heights."""

    bones: list[tuple[int, int]]
    radius: float
    margin: float


def _fingers(wrist: int, hand: slice) -> list[tuple[int, int]]:
    return [(wrist, hand.start + tip) for tip in (4, 8, 12, 16, 20)]


# Narrower than a body: the mask of a segmentation knows its width, and what it misses lies along the bones.
PARTS = [
    Part(  # torso: thick lines along its outline and its middle leave no hole
        [(j.RIGHT_SHOULDER, j.RIGHT_HIP), (j.LEFT_SHOULDER, j.LEFT_HIP), (j.RIGHT_SHOULDER, j.LEFT_SHOULDER),
         (j.RIGHT_HIP, j.LEFT_HIP), (j.NECK, j.MID_HIP)],
        radius=0.035, margin=0.025,
    ),
    Part([(j.RIGHT_HIP, j.RIGHT_KNEE), (j.LEFT_HIP, j.LEFT_KNEE)], radius=0.05, margin=0.03),
    Part([(j.RIGHT_KNEE, j.RIGHT_ANKLE), (j.LEFT_KNEE, j.LEFT_ANKLE)], radius=0.03, margin=0.025),
    Part(
        [(j.RIGHT_SHOULDER, j.RIGHT_ELBOW), (j.RIGHT_ELBOW, j.RIGHT_WRIST), (j.LEFT_SHOULDER, j.LEFT_ELBOW),
         (j.LEFT_ELBOW, j.LEFT_WRIST)],
        radius=0.02, margin=0.02,
    ),
    Part(_fingers(j.RIGHT_WRIST, RIGHT_HAND) + _fingers(j.LEFT_WRIST, LEFT_HAND), radius=0.01, margin=0.02),
    # Fingers are often not found: then they may be anywhere around the wrist.
    Part([(j.RIGHT_WRIST, j.RIGHT_WRIST), (j.LEFT_WRIST, j.LEFT_WRIST)], radius=0.02, margin=0.045),
    Part(  # head: the hair stands off, and falls on the shoulders
        [(j.NECK, j.NOSE), (j.RIGHT_EAR, j.LEFT_EAR)] + [(FACE.start + point,) * 2 for point in range(27)],
        radius=0.035, margin=0.03,
    ),
    Part(  # feet: they stand in the darkest of the shadow, which belongs to the person
        [(j.RIGHT_ANKLE, j.RIGHT_BIG_TOE), (j.RIGHT_ANKLE, j.RIGHT_HEEL), (j.RIGHT_HEEL, j.RIGHT_BIG_TOE),
         (j.LEFT_ANKLE, j.LEFT_BIG_TOE), (j.LEFT_ANKLE, j.LEFT_HEEL), (j.LEFT_HEEL, j.LEFT_BIG_TOE)],
        radius=0.015, margin=0.045,
    ),
]
FREE = 1  # clearance where the margin ends
MASK_MARGIN = 0.03  # heights around a mask: its edge is soft, and a shadow's darkest part lies along it
REACH = max(part.radius + part.margin for part in PARTS)


def mask_clearance(mask: np.ndarray, size: float) -> np.ndarray:
    """How far each pixel is from those of ``mask``, bool (H, W): float32 (H, W), 0 in it, 1 where the margin ends.

    size: the person's height, px. Infinite everywhere if the mask is empty.
    """
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distance / (MASK_MARGIN * size)


def clearance(joints: np.ndarray, width: int, height: int) -> np.ndarray:
    """How far each pixel is from the person, as the joints tell, float32 (height, width).

    0 at the parts' own outlines, negative in them, 1 where the margin ends: from there on a pixel is free of the person
    and of the shadow around the feet. joints: (137, 3) in px of the picture. Parts that are not found are not there;
    infinite everywhere if no part is.
    """
    found = found_joints(joints)
    size = person_height(joints)
    border = int(REACH * size) + 1  # of the canvas: a limb just outside the picture reaches into it
    inside = np.s_[border : border + height, border : border + width]
    nearest = np.full((height, width), np.inf, np.float32)
    points = np.floor(joints[:, :2]).astype(int) + border
    for part in PARTS if size else []:
        bones = [bone for bone in part.bones if found[list(bone)].all()]
        if not bones:
            continue
        canvas = np.ones((height + 2 * border, width + 2 * border), np.uint8)
        for a, b in bones:
            cv2.line(canvas, points[a].tolist(), points[b].tolist(), 0)
        distance = cv2.distanceTransform(canvas, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[inside]
        np.minimum(nearest, (distance / size - part.radius) / part.margin, out=nearest)
    return nearest
