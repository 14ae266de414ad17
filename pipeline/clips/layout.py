"""The project's joints: OpenPose's BODY_25, face 70 and two hands of 21, in one array of 137.

A pose is a float32 array (137, 3) of (x, y, confidence); a clip's poses are (frames, 137, 3). x grows to the
right and y downward, in pixels of the picture they were found in, measured from its top left corner, so
that the first pixel's centre is (0.5, 0.5) and resizing a picture multiplies its coordinates. Confidence is
0..1, 0 = not found.
"Left" and "right" are the person's own.
"""

import numpy as np

NUM_JOINTS = 137

BODY = slice(0, 25)
FACE = slice(25, 95)
LEFT_HAND = slice(95, 116)
RIGHT_HAND = slice(116, 137)
MIDDLE_FINGER = 9  # of a hand's joints, its base: with the wrist, their first, it says which way the hand points
PARTS = {"body": BODY, "face": FACE, "left_hand": LEFT_HAND, "right_hand": RIGHT_HAND}

# Indices into BODY, which starts the array, so they index a whole pose as well.
NOSE, NECK = 0, 1
RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST = 2, 3, 4
LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST = 5, 6, 7
MID_HIP = 8
RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE = 9, 10, 11
LEFT_HIP, LEFT_KNEE, LEFT_ANKLE = 12, 13, 14
RIGHT_EYE, LEFT_EYE, RIGHT_EAR, LEFT_EAR = 15, 16, 17, 18
LEFT_BIG_TOE, LEFT_SMALL_TOE, LEFT_HEEL = 19, 20, 21
RIGHT_BIG_TOE, RIGHT_SMALL_TOE, RIGHT_HEEL = 22, 23, 24


def found_joints(joints: np.ndarray) -> np.ndarray:
    """Which joints (..., 3) are found, bool (...): those with any confidence."""
    return joints[..., 2] > 0


def found_only(joints: np.ndarray, min_confidence: float) -> np.ndarray:
    """Detected joints (..., 3) with (0, 0, 0) for those of a confidence below ``min_confidence``, 0..1.

    Detections go through here, or through :func:`pipeline.pose.smoothing.smooth` which does it, before anything else
    asks which of them are found.
    """
    return np.where(joints[..., 2:] >= min_confidence, joints, 0)


_BODY_SIDES = [
    (RIGHT_SHOULDER, LEFT_SHOULDER), (RIGHT_ELBOW, LEFT_ELBOW), (RIGHT_WRIST, LEFT_WRIST),
    (RIGHT_HIP, LEFT_HIP), (RIGHT_KNEE, LEFT_KNEE), (RIGHT_ANKLE, LEFT_ANKLE),
    (RIGHT_EYE, LEFT_EYE), (RIGHT_EAR, LEFT_EAR), (RIGHT_BIG_TOE, LEFT_BIG_TOE),
    (RIGHT_SMALL_TOE, LEFT_SMALL_TOE), (RIGHT_HEEL, LEFT_HEEL),
]  # fmt: skip
# Points of the face that change places in a mirror: jaw, brows, base of the nose, eyes, outer and inner lip, pupils.
_FACE_SIDES = [
    *((i, 16 - i) for i in range(8)), *((17 + i, 26 - i) for i in range(5)), (31, 35), (32, 34),
    (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46), (48, 54), (49, 53), (50, 52), (55, 59), (56, 58),
    (60, 64), (61, 63), (65, 67), (68, 69),
]  # fmt: skip


def _other_side() -> np.ndarray:
    order = np.arange(NUM_JOINTS)
    pairs = [*_BODY_SIDES, *((FACE.start + a, FACE.start + b) for a, b in _FACE_SIDES)]
    pairs += zip(range(LEFT_HAND.start, LEFT_HAND.stop), range(RIGHT_HAND.start, RIGHT_HAND.stop), strict=True)
    for a, b in pairs:
        order[[a, b]] = b, a
    return order


OTHER_SIDE = _other_side()  # which joint a mirror shows in each joint's place, int (137,)


def mirrored(joints: np.ndarray) -> np.ndarray:
    """Joints (..., 137, 3) of a mirrored picture, named as the person in the mirror would: right and left change."""
    return joints[..., OTHER_SIDE, :]
