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

    def follow(self, frame: np.ndarray, palm: np.ndarray | None) -> np.ndarray | None:
        """The hand in the next frame, uint8 RGB (H, W, 3).

        palm: (3, 2), the body's wrist, little and index finger in pixels of the frame, or None if they are not seen.
        -> float64 (21, 2) in pixels of the frame, or None if there is no hand.
        """
        points = self._points
        self.forget()
        if palm is None:
            return None
        square = self._crop(frame, palm)
        if points is not None:
            last = _around(points)
            if STEADY.holds(last, square, points):
                square = last
        network = self._networks.landmarks
        said = network(square.cut(frame, network.size))
        if said["Identity_1"].item() >= PRESENT:
            own = said["Identity"].reshape(-1, 3)[:, :2].astype(np.float64)
            self._points = square.to_frame(own / network.size)
        return self._points

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
        return about(points, -UP).moved(TOWARDS_FINGERS)


def _around(points: np.ndarray) -> Square:
    """The square to look at for a hand whose points (21, 2) were found in the frame before."""
    knuckles = ((points[INDEX] + points[RING]) / 2 + points[MIDDLE]) / 2
    angle = upright(np.stack([points[WRIST], knuckles]), UP)
    return bounding_turned(points[PALM], angle).moved(TOWARDS_FINGERS, 2.0)
