"""Other views of the same training pair, so that a short clip does not run out: moved, scaled, turned, mirrored."""

from dataclasses import dataclass

import numpy as np

SHIFT = 0.04  # of the picture's size, in x and in y
ZOOM = 1.1  # up to so many times larger or smaller
TURN = 5.0  # degrees


@dataclass(frozen=True)
class Augmentation:
    """Random views, which follow from ``seed`` and the item's number. mirror: whether half of them are mirrored."""

    seed: int
    mirror: bool

    def draw(self, item: int, width: int, height: int) -> tuple[np.ndarray, bool]:
        """((3, 3), from px of the augmented picture to px of the picture as it is; whether it is mirrored).

        width, height: px of both.
        """
        generator = np.random.default_rng([self.seed, item])
        angle = np.radians(generator.uniform(-TURN, TURN))
        scale = ZOOM ** generator.uniform(-1, 1)
        shift = generator.uniform(-SHIFT, SHIFT, 2) * (width, height)
        mirror = self.mirror and generator.random() < 0.5
        cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
        view = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
        if mirror:
            view = view @ np.diag([-1.0, 1.0, 1.0])
        centre = np.array([width / 2, height / 2])
        view[:2, 2] = centre + shift - view[:2, :2] @ centre
        return view, mirror
