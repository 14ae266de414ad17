"""A hand, looked for where the body's wrist and fingers are, and followed from frame to frame."""

import numpy as np

from pipeline.detection.square import Square, Steadiness, about, bounding_turned, upright
from pipeline.litert.network import Network

CROP, LANDMARKS = "hand_recrop.tflite", "hand_landmark_full.tflite"
PRESENT = 0.5  # 0..1: what the network must say for a hand to be one
WRIST, INDEX, MIDDLE, RING = 0, 5, 9, 13  # the wrist and three knuckles of a hand's 21 points
PALM = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]  # its points that fingers move little
UP = 90  # degrees: where the fingers point in the square that the networks look at
TOWARDS_FINGERS = -0.1  # of the square's side, so that finger tips are not cut off
TIGHT = 0.85  # of the square that the crop network gives: small hands are found more often, large ones as well
# The second look, where the first finds no hand: how far beyond the wrist, and how large, in lengths of the forearm.
BEYOND_WRIST, HAND_ROOM = 0.35, 0.9
STEADY = Steadiness(angle=40, way=0.2, growth=0.4, margin=-0.1)


class HandNetworks:
    """Both networks, which the two hands share."""

    def __init__(self) -> None:
        self.crop, self.landmarks = Network(CROP), Network(LANDMARKS)


class HandTracker:
    """Follows one hand."""

    def __init__(self, networks: HandNetworks):
        self._networks = networks
        self._points: np.ndarray | None = None  # in the frame before

    def follow(self, frame: np.ndarray, arm: np.ndarray | None) -> np.ndarray | None:
        """The hand in the next frame, uint8 RGB (H, W, 3).

        arm: (4, 2), the body's elbow, wrist, little and index finger in pixels of the frame, or None if they are not
        seen. -> float64 (21, 2) in pixels of the frame, or None if there is no hand.
        """
        points = self._points
        self.forget()
        if arm is None:
            return None
        square = self._crop(frame, arm[1:])
        if points is not None:
            last = _around(points)
            if STEADY.holds(last, square, points):
                square = last
        self._points = self._look(frame, square)
        if self._points is None:
            self._points = self._look(frame, _beyond(arm[:2]))
        return self._points

    def _look(self, frame: np.ndarray, square: Square) -> np.ndarray | None:
        """The hand in a square (21, 2), px of the frame, or None if there is none."""
        network = self._networks.landmarks
        said = network(square.cut(frame, network.size))
        if said["Identity_1"].item() < PRESENT:
            return None
        own = said["Identity"].reshape(-1, 3)[:, :2].astype(np.float64)
        return square.to_frame(own / network.size)

    def forget(self) -> None:
        """Begin afresh with the next frame."""
        self._points = None

    def _crop(self, frame: np.ndarray, palm: np.ndarray) -> Square:
        """The square of the hand at the body's ``palm``, as the crop network sees it."""
        wrist, little, index = palm
        middle = (2 * index + little) / 3
        search = about(np.stack([middle, wrist]), -UP).moved(TOWARDS_FINGERS, 2.7)
        network = self._networks.crop
        centre_and_rim = network(search.cut(frame, network.size))["output_crop"].reshape(2, 2)
        points = search.to_frame(centre_and_rim.astype(np.float64) / network.size)
        return about(points, -UP).moved(TOWARDS_FINGERS, TIGHT)


def _beyond(forearm: np.ndarray) -> Square:
    """The square in which a forearm, from elbow to wrist (2, 2), would have its hand, fingers up."""
    elbow, wrist = forearm
    centre = wrist + BEYOND_WRIST * (wrist - elbow)
    square = about(np.stack([centre, wrist]), -UP)
    return Square(square.x, square.y, HAND_ROOM * float(np.linalg.norm(wrist - elbow)), square.angle)


def _around(points: np.ndarray) -> Square:
    """The square to look at for a hand whose points (21, 2) were found in the frame before."""
    knuckles = ((points[INDEX] + points[RING]) / 2 + points[MIDDLE]) / 2
    angle = upright(np.stack([points[WRIST], knuckles]), UP)
    return bounding_turned(points[PALM], angle).moved(TOWARDS_FINGERS, 2.0)
