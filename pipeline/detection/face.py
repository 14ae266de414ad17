"""The face, looked for where the body's eyes, ears and mouth are, and followed from frame to frame."""

import cv2
import numpy as np
from scipy.special import expit

from pipeline.detection.single_shot import anchors, decode
from pipeline.detection.square import Square, Steadiness, bounding, upright
from pipeline.litert.network import Network

DETECTOR, MESH, IRIS = "face_detection_short_range.tflite", "face_landmark.tflite", "iris_landmark.tflite"
STRIDES = (8, 16, 16, 16)  # px, of the detector's layers
DETECTED = PRESENT = 0.5  # 0..1: what the networks must say for a face to be one
BODY_EYES = [5, 2]  # the person's right and left one, of BlazePose's points
RIGHT_EYE, LEFT_EYE = (33, 133), (362, 263)  # corners of the person's eyes, of the mesh's points, from left to right
LEVEL = 0  # degrees: where the person's left eye lies from the right one
STEADY = Steadiness(angle=15, way=0.1, growth=0.3, margin=-0.2)


class FaceTracker:
    """Follows one face."""

    def __init__(self) -> None:
        self._detector, self._mesh = Network(DETECTOR), Network(MESH)
        self._iris = Network(IRIS)
        self._places = anchors(self._detector.size, STRIDES)
        self._points: np.ndarray | None = None  # in the frame before

    def follow(self, frame: np.ndarray, head: np.ndarray) -> np.ndarray | None:
        """The face in the next frame, uint8 RGB (H, W, 3).

        head: (11, 2), the first of BlazePose's points, in pixels of the frame.
        -> float64 (470, 2) in pixels of the frame: MediaPipe's face mesh and the pupils, the person's right one first;
        None if there is no face.
        """
        points = self._points
        self.forget()
        square = self._search(frame, head)
        if square is None:
            return None
        if points is not None:
            last = bounding(points, _level(points)).moved(scale=1.5)
            if STEADY.holds(last, square, points):
                square = last
        said = self._mesh(square.cut(frame, self._mesh.size))
        if expit(said["conv2d_31"].item()) < PRESENT:
            return None
        own = said["conv2d_21"].reshape(-1, 3)[:, :2].astype(np.float64)
        self._points = square.to_frame(own / self._mesh.size)
        pupils = [self._pupil(frame, self._points, RIGHT_EYE, False), self._pupil(frame, self._points, LEFT_EYE, True)]
        return np.concatenate([self._points, pupils])

    def forget(self) -> None:
        """Begin afresh with the next frame."""
        self._points = None

    def _search(self, frame: np.ndarray, head: np.ndarray) -> Square | None:
        """Where to look for the mesh of a face near the body's ``head``, as the face detector sees it."""
        search = bounding(head, upright(head[BODY_EYES], LEVEL)).moved(scale=3.0)
        size = self._detector.size
        said = self._detector(search.cut(frame, size, (-1, 1), cv2.BORDER_CONSTANT))
        found = decode(said["regressors"][0], said["classificators"][0, :, 0], self._places, size, DETECTED)
        if not found:
            return None
        keypoints = search.to_frame(found[0].keypoints)
        return bounding(keypoints, upright(keypoints[:2], LEVEL)).moved(scale=2.0)

    def _pupil(self, frame: np.ndarray, points: np.ndarray, corners: tuple[int, int], mirrored: bool) -> np.ndarray:
        """The middle of an iris (2,). mirrored: of the left eye, since the network knows right ones only."""
        eye = points[list(corners)]
        square = bounding(eye, upright(eye, LEVEL)).moved(scale=2.3)
        picture = square.cut(frame, self._iris.size)
        said = self._iris(np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture)
        own = said["output_iris"].reshape(-1, 3)[0, :2].astype(np.float64) / self._iris.size
        return square.to_frame(np.array([[1 - own[0] if mirrored else own[0], own[1]]]))[0]


def _level(points: np.ndarray) -> float:
    """How the head of a face's mesh is tilted."""
    return upright(points[[RIGHT_EYE[0], LEFT_EYE[1]]], LEVEL)
