"""A whole pose to draw, box and smooth: made up, anatomically plausible, every joint found."""

import numpy as np
import pytest

BODY_25 = [  # in heights of the person, from the point between the feet, y upward
    (0, .92), (0, .82), (-.11, .82), (-.17, .66), (-.2, .5), (.11, .82), (.17, .66), (.2, .5), (0, .52),
    (-.06, .52), (-.07, .28), (-.08, .03), (.06, .52), (.07, .28), (.08, .03), (-.02, .94), (.02, .94),
    (-.05, .93), (.05, .93), (.1, 0), (.11, .01), (.07, .01), (-.1, 0), (-.11, .01), (-.07, .01),
]  # fmt: skip


@pytest.fixture
def stand():
    """``stand(height, x, y)``: (137, 3) of a person ``height`` px tall with the feet at (x, y)."""

    def make(height: float = 100.0, x: float = 64.0, y: float = 120.0) -> np.ndarray:
        body = np.array(BODY_25)
        angles = np.linspace(0, 2 * np.pi, 70, endpoint=False)
        face = np.stack([0.05 * np.cos(angles), 0.93 + 0.05 * np.sin(angles)], axis=1)
        across, along = np.tile(np.linspace(-0.03, 0.03, 3), 7), np.repeat(np.linspace(0, -0.08, 7), 3)
        fingers = np.stack([across, along], axis=1)
        points = np.concatenate([body, face, body[7] + fingers, body[4] + fingers])
        points = points * (height, -height) + (x, y)
        return np.concatenate([points, np.ones((137, 1))], axis=1).astype(np.float32)

    return make
