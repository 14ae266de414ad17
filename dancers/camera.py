"""A pinhole camera, on a tripod or held in a hand."""

from math import radians, tan

import cv2
import numpy as np

from dancers import cast
from dancers.hand import unsteadiness


class Camera:
    """A camera ``time`` s after a clip's start, for pictures of ``width`` x ``height`` px.

    It looks from (0, -distance, height) at (0, 0, aim), exactly so on a tripod and about so in a hand.
    """

    def __init__(self, description: cast.Camera, width: int, height: int, time: float = 0.0):
        self.description, self.width, self.height, self.time = description, width, height, time
        self.focal = height / 2 / tan(radians(description.field_of_view) / 2)  # px
        self.position = np.array([0.0, -description.distance, description.height])
        forward = np.array([0.0, 0.0, description.aim]) - self.position
        self.forward = forward / np.linalg.norm(forward)
        self.right = np.array([1.0, 0.0, 0.0])
        self.up = np.cross(self.right, self.forward)
        if description.hand is not None:
            shift, turn = unsteadiness(description.hand, time)
            axes = np.stack([self.right, self.up, self.forward])
            self.position = self.position + shift @ axes
            self.right, self.up, self.forward = axes @ cv2.Rodrigues(turn @ axes)[0].T

    @property
    def moves(self) -> bool:
        """Whether it sees something else at another time."""
        return self.description.hand is not None and self.description.hand.stopped is None

    def zoomed(self, factor: int) -> "Camera":
        """The same view in pictures ``factor`` times as wide and high."""
        return Camera(self.description, self.width * factor, self.height * factor, self.time)

    def matrix(self) -> np.ndarray:
        """The projection (3, 4): homogeneous places in the world, m, to homogeneous px from the top left corner."""
        x = self.focal * self.right + self.width / 2 * self.forward
        y = self.height / 2 * self.forward - self.focal * self.up
        turn = np.stack([x, y, self.forward])
        return np.column_stack([turn, -turn @ self.position])

    def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """World ``points`` (N, 3), m, to the picture: (N, 2) px from its top left corner, and 1 / depth (N,), 1/m.

        They must lie in front of the camera.
        """
        offset = points - self.position
        nearness = 1 / (offset @ self.forward)
        x = self.width / 2 + self.focal * (offset @ self.right) * nearness
        y = self.height / 2 - self.focal * (offset @ self.up) * nearness
        return np.stack([x, y], axis=1), nearness

    def rays(self) -> np.ndarray:
        """The directions (height, width, 3) through all pixels' centres, one metre deep."""
        x = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal
        y = (self.height / 2 - np.arange(self.height) - 0.5) / self.focal
        return x[None, :, None] * self.right + y[:, None, None] * self.up + self.forward
