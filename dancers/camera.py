"""A pinhole camera that stands still."""

from math import radians, tan

import numpy as np

from dancers import cast


class Camera:
    """Looks from (0, -distance, height) at (0, 0, aim), for pictures of ``width`` x ``height`` px."""

    def __init__(self, description: cast.Camera, width: int, height: int):
        self.description, self.width, self.height = description, width, height
        self.focal = height / 2 / tan(radians(description.field_of_view) / 2)  # px
        self.position = np.array([0.0, -description.distance, description.height])
        forward = np.array([0.0, 0.0, description.aim]) - self.position
        self.forward = forward / np.linalg.norm(forward)
        self.right = np.array([1.0, 0.0, 0.0])
        self.up = np.cross(self.right, self.forward)

    def zoomed(self, factor: int) -> "Camera":
        """The same view in pictures ``factor`` times as wide and high."""
        return Camera(self.description, self.width * factor, self.height * factor)

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
