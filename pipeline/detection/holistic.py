"""Body, face and hands of one person a frame, found by the networks of MediaPipe Holistic.

The only ones for these three parts that come inside a PyPI wheel. Their joints are put into OpenPose's order here, and
nothing downstream knows which detector ran.
"""

import numpy as np

from pipeline.clips.layout import BODY, FACE, LEFT_HAND, LEFT_WRIST, NUM_JOINTS, RIGHT_HAND, RIGHT_WRIST
from pipeline.detection.body import Body, BodyTracker
from pipeline.detection.face import FaceTracker
from pipeline.detection.hand import HandNetworks, HandTracker
from pipeline.detection.people import Meant
from pipeline.litert.files import VERSION

# BODY_25's joint from BlazePose's 33: one point, or the mean of two. The small toes (20, 23) do not exist.
BLAZEPOSE = {
    0: (0, 0), 1: (11, 12), 2: (12, 12), 3: (14, 14), 4: (16, 16), 5: (11, 11), 6: (13, 13), 7: (15, 15),
    8: (23, 24), 9: (24, 24), 10: (26, 26), 11: (28, 28), 12: (23, 23), 13: (25, 25), 14: (27, 27),
    15: (5, 5), 16: (2, 2), 17: (8, 8), 18: (7, 7), 19: (31, 31), 21: (29, 29), 22: (32, 32), 24: (30, 30),
}  # fmt: skip
BODY_JOINTS = np.array(list(BLAZEPOSE))
BODY_POINTS = np.array(list(BLAZEPOSE.values()))

# FACE_70's points from the face mesh's 468 and the pupils, in order.
FACE_MESH = [
    127, 234, 93, 132, 58, 172, 150, 176, 152, 400, 379, 397, 288, 361, 323, 454, 356,  # jaw
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,  # brows
    168, 197, 5, 4, 98, 97, 2, 326, 327,  # nose
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,  # eyes
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,  # outer lip
    78, 82, 13, 312, 308, 317, 14, 87,  # inner lip
    468, 469,  # pupils: the person's right, left
]  # fmt: skip

HEAD = slice(0, 11)  # of BlazePose's points
# Each hand, the body's wrist, and BlazePose's elbow, wrist, little and index finger.
HANDS = ((LEFT_HAND, LEFT_WRIST, [13, 15, 17, 19]), (RIGHT_HAND, RIGHT_WRIST, [14, 16, 18, 20]))
WRIST_SEEN = 0.1  # visibility above which a hand is looked for
SAME = 0.15  # of its extent: two hands whose points lie closer on average are one, found twice
HAND_REACH = 0.1  # of the person's extent: how far a hand's wrist may lie from the body's wrist


class HolisticDetector:
    """Finds one person's joints frame by frame, following them: one instance a clip, frames in order.

    min_detection_confidence, min_tracking_confidence: 0..1, the thresholds for accepting a new person and for going on
    with the one it follows. The same frames give the same joints, bit for bit. Raises UserError if a network's file is
    missing. meant: see :class:`Follower`.
    """

    name = f"mediapipe-holistic {VERSION}"

    def __init__(
        self, min_detection_confidence: float, min_tracking_confidence: float, meant: Meant | None = None
    ):
        self._body = BodyTracker(min_detection_confidence, min_tracking_confidence, meant)
        self._face = FaceTracker()
        shared = HandNetworks()
        self._hands = [HandTracker(shared) for _ in HANDS]

    def detect(self, frame: np.ndarray) -> np.ndarray:
        """Find the joints in the next frame, uint8 RGB (H, W, 3).

        Returns float32 (137, 3) of (x, y, confidence) in pixels of the frame; (0, 0, 0) for every joint not
        found, which is all of them where there is no person. A body joint's confidence is the detector's
        visibility; joints of a found face or hand have 1, as the detector tells no more; joints outside the
        frame are guesses and count as not found.
        """
        return self.joints(frame, self.body(frame))

    def body(self, frame: np.ndarray) -> Body | None:
        """The body in the next frame. It needs no more than the bodies before, so it may be found ahead of the rest."""
        return self._body.follow(frame)

    @property
    def crowded(self) -> bool:
        """Whether somebody else was seen in the last frame of :meth:`body`, or shortly before."""
        return self._body.crowded

    def joints(self, frame: np.ndarray, body: Body | None) -> np.ndarray:
        """All joints in the next frame, as :meth:`detect` returns them, by the ``body`` found in it."""
        height, width = frame.shape[:2]
        joints = np.zeros((NUM_JOINTS, 3), np.float32)
        if body is None:
            self._face.forget()
            for tracker in self._hands:
                tracker.forget()
            return joints
        joints[BODY][BODY_JOINTS, :2] = body.points[BODY_POINTS].mean(axis=1)
        joints[BODY][BODY_JOINTS, 2] = body.visibility[BODY_POINTS].min(axis=1)
        face = self._face.follow(frame, body.points[HEAD])
        if face is not None:
            joints[FACE, :2] = face[FACE_MESH]
            joints[FACE, 2] = 1
        reach = HAND_REACH * np.linalg.norm(np.ptp(body.points, axis=0))
        for (hand, wrist, arm), tracker in zip(HANDS, self._hands, strict=True):
            seen = body.visibility[arm[1]] > WRIST_SEEN
            points = tracker.follow(frame, body.points[arm] if seen else None)
            if points is not None and np.linalg.norm(points[0] - joints[wrist, :2]) <= reach:  # else another's, or none
                joints[hand, :2] = points
                joints[hand, 2] = 1
        if _same_hand(joints[LEFT_HAND], joints[RIGHT_HAND]):  # the other one is hidden: its wrist is seen less
            left, right = (body.visibility[arm[1]] for _, _, arm in HANDS)
            joints[LEFT_HAND if left < right else RIGHT_HAND] = 0
        outside = (joints[:, :2] < 0).any(axis=1) | (joints[:, :2] > (width, height)).any(axis=1)
        joints[outside | (joints[:, 2] <= 0)] = 0
        return joints


def _same_hand(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether both hands (21, 3) were found and are one."""
    if not (left[:, 2].any() and right[:, 2].any()):
        return False
    apart = np.linalg.norm(left[:, :2] - right[:, :2], axis=1).mean()
    return bool(apart < SAME * np.ptp(left[:, :2], axis=0).max())
