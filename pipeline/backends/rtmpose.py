"""Poses by RTMPose or DWPose, whole-body networks of 133 points, run by ONNX Runtime on a weight file of the user's.

People are found and followed as for the built-in detector; each frame's joints come from the network's own two
distributions, over columns and over rows (SimCC, Li et al., ECCV 2022).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.clips import layout
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, NUM_JOINTS, RIGHT_HAND, found_joints
from pipeline.clips.store import FrameStore
from pipeline.detection.detection import find_who_is_meant
from pipeline.detection.following import Follower
from pipeline.detection.found import Found
from pipeline.detection.square import Square, bounding
from pipeline.params import Choice, Keypoints
from pipeline.user.cli import UserError

NAME = "rtmpose (133 points)"
MEAN, DEVIATION = np.array([123.675, 116.28, 103.53]), np.array([58.395, 57.12, 57.375])  # of ImageNet, RGB
FINER = 2  # places of a distribution in one px of the network's picture
ROOM = 1.25  # the picture's height, in heights of the body
# BODY_25's joint from COCO-WholeBody's 133 points: one, or the mean of two.
BODY_POINTS = {
    0: (0, 0), 1: (5, 6), 2: (6, 6), 3: (8, 8), 4: (10, 10), 5: (5, 5), 6: (7, 7), 7: (9, 9), 8: (11, 12), 9: (12, 12),
    10: (14, 14), 11: (16, 16), 12: (11, 11), 13: (13, 13), 14: (15, 15), 15: (2, 2), 16: (1, 1), 17: (4, 4),
    18: (3, 3), 19: (17, 17), 20: (18, 18), 21: (19, 19), 22: (20, 20), 23: (21, 21), 24: (22, 22),
}  # fmt: skip
FACE_POINTS, LEFT_POINTS, RIGHT_POINTS = slice(23, 91), slice(91, 112), slice(112, 133)
EYES = slice(36, 42), slice(42, 48)  # of the face's points; pupils, which these networks lack, lie in the middle


class WholeBodyNetwork:
    """The network in an ONNX file. Raises UserError if it cannot be run, or is another kind."""

    def __init__(self, weights: Path):
        try:
            import onnxruntime
        except ImportError:
            raise UserError("keypoints.backend rtmpose needs ONNX Runtime: pip install onnxruntime") from None
        if not weights.is_file():
            raise UserError(f"{weights}, keypoints.weights, is missing: put an RTMPose or DWPose whole-body network "
                            "there, in the ONNX format")
        providers = onnxruntime.get_available_providers()
        try:
            self._session: Any = onnxruntime.InferenceSession(str(weights), providers=providers)
        except Exception as error:  # its own kinds, which are not public
            raise UserError(f"{weights} is no network that ONNX Runtime can run ({error})") from None
        given, answers = self._session.get_inputs(), self._session.get_outputs()
        shape = given[0].shape
        if len(given) != 1 or len(answers) != 2 or answers[0].shape[1] != 133 or isinstance(shape[2], str):
            raise UserError(f"{weights} is no whole-body network of 133 points: it must have one input and two "
                            "outputs")
        self.height, self.width = shape[2:]

    def points(self, frame: np.ndarray, square: Square) -> np.ndarray:
        """The 133 points in the upright part of ``frame``, uint8 RGB (H, W, 3), as high as ``square`` and about its
        middle: float64 (133, 3) of (x, y, score), px of the frame."""
        scale = square.side / self.height
        matrix = np.array([[scale, 0, square.x - scale * self.width / 2], [0, scale, square.y - square.side / 2]])
        size = self.width, self.height
        picture = cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        given = ((picture - MEAN) / DEVIATION).astype(np.float32).transpose(2, 0, 1)[None]
        columns, rows = (answer[0] for answer in self._session.run(None, {self._session.get_inputs()[0].name: given}))
        places = np.stack([columns.argmax(axis=1), rows.argmax(axis=1)], axis=1) / FINER
        scores = np.minimum(columns.max(axis=1), rows.max(axis=1)).clip(0, 1)
        return np.column_stack([places * scale + matrix[:, 2], scores])


def joints_of(points: np.ndarray) -> np.ndarray:
    """Points (133, 3) in the project's layout, float32 (137, 3)."""
    joints = np.zeros((NUM_JOINTS, 3), np.float32)
    for joint, (one, other) in BODY_POINTS.items():
        joints[BODY][joint, :2] = (points[one, :2] + points[other, :2]) / 2
        joints[BODY][joint, 2] = min(points[one, 2], points[other, 2])
    face = points[FACE_POINTS]
    pupils = [np.append(face[eye, :2].mean(axis=0), face[eye, 2].min()) for eye in EYES]
    joints[FACE] = np.concatenate([face, pupils])
    joints[LEFT_HAND], joints[RIGHT_HAND] = points[LEFT_POINTS], points[RIGHT_POINTS]
    joints[~found_joints(joints)] = 0
    return joints


def require(params: Keypoints, clip: str) -> None:
    """Raises UserError if the network cannot be used, whatever the clip."""
    WholeBodyNetwork(Path(params.weights or ""))


def detect(store: FrameStore, params: Keypoints, person: Choice) -> Iterator[Found]:
    """The joints in every frame of ``store``, in order. person: who is meant where there are several.

    Raises UserError if the network cannot be used.
    """
    network = WholeBodyNetwork(Path(params.weights or ""))
    follower = Follower(params.min_detection_confidence, find_who_is_meant(store, params, person))
    followed: Square | None = None
    for index in range(len(store)):
        frame = store.read(index)
        followed = follower.place(frame, followed)
        joints = np.zeros((NUM_JOINTS, 3), np.float32)
        if followed is not None:
            joints = joints_of(network.points(frame, followed))
            body = joints[: BODY.stop]
            sure = body[body[:, 2] >= params.min_tracking_confidence]
            torso = body[[layout.NECK, layout.MID_HIP]]
            if len(sure) < 2 or follower.mistaken(frame, torso[1, :2].astype(float), torso[0, :2].astype(float)):
                followed, joints = None, np.zeros_like(joints)
            else:
                followed = bounding(sure[:, :2].astype(np.float64), 0.0).moved(scale=ROOM)
        outside = (joints[:, :2] < 0).any(axis=1) | (joints[:, :2] > (store.width, store.height)).any(axis=1)
        joints[outside] = 0
        yield Found(index, joints, follower.crowded)
