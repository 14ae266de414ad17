"""A clip whose background is known: a block for a person walks before it, with joints that say where."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.clips import layout as j
from pipeline.clips.store import FrameStore, StoredFrame, write_frames

SIZE, TALL, FRAMES = 160, 70, 60  # px, px, frames
# In heights of the person from the point between the feet, y upward; enough joints for every part but the hands.
FIGURE = {
    j.NOSE: (0, 0.92), j.RIGHT_EAR: (-0.05, 0.93), j.LEFT_EAR: (0.05, 0.93), j.NECK: (0, 0.82),
    j.RIGHT_SHOULDER: (-0.1, 0.82), j.LEFT_SHOULDER: (0.1, 0.82),
    j.RIGHT_ELBOW: (-0.13, 0.66), j.LEFT_ELBOW: (0.13, 0.66), j.RIGHT_WRIST: (-0.13, 0.5), j.LEFT_WRIST: (0.13, 0.5),
    j.MID_HIP: (0, 0.52), j.RIGHT_HIP: (-0.06, 0.52), j.LEFT_HIP: (0.06, 0.52), j.RIGHT_KNEE: (-0.06, 0.28),
    j.LEFT_KNEE: (0.06, 0.28), j.RIGHT_ANKLE: (-0.06, 0.03), j.LEFT_ANKLE: (0.06, 0.03), j.RIGHT_BIG_TOE: (-0.08, 0),
    j.LEFT_BIG_TOE: (0.08, 0),
}  # fmt: skip
BLOCKS = [(68, 58, -4, 4), (58, 26, -8, 8), (26, 0, -8, -2), (26, 0, 2, 8)]  # px up and across: head, trunk, legs


def figure(x: float, y: float) -> np.ndarray:
    """(137, 3): the person with the feet at (x, y)."""
    joints = np.zeros((j.NUM_JOINTS, 3), np.float32)
    for joint, (across, up) in FIGURE.items():
        joints[joint] = x + across * TALL, y - up * TALL, 1
    return joints


@pytest.fixture(name="figure")
def figure_fixture() -> Callable:
    """``figure(x, y)``: (137, 3), the person with the feet there."""
    return figure


@pytest.fixture
def background() -> np.ndarray:
    """uint8 RGB (160, 160, 3), random, with coarse and fine structure as rooms have, between 60 and 200."""
    random = np.random.default_rng(0)
    noise = sum(
        cv2.resize(random.uniform(0, 130, (cells, cells, 3)), (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        for cells in (10, 40)
    )
    return noise.clip(60, 200).astype(np.uint8)


@pytest.fixture
def clip(tmp_path: Path, background: np.ndarray) -> Callable:
    """``clip(walk, shown)``: (store, joints) of 60 frames.

    walk: where the person's feet are in frame t, (x, y) px. shown: changes the background of frame t, and may be left
    out. The person is a violet, of blocks where the joints are; every frame has noise of 3 grey levels.
    """

    def make(walk: Callable, shown: Callable | None = None) -> tuple[FrameStore, np.ndarray]:
        random = np.random.default_rng(1)
        joints = np.stack([figure(*walk(t)) for t in range(FRAMES)])

        def picture(t: int) -> np.ndarray:
            frame = (shown(t, background) if shown else background).copy()
            x, y = (round(value) for value in walk(t))
            for top, bottom, left, right in BLOCKS:
                frame[y - top : y - bottom, max(x + left, 0) : max(x + right, 0)] = (160, 0, 160)
            return (frame + random.normal(0, 3, frame.shape)).clip(0, 255).round().astype(np.uint8)

        frames = (StoredFrame(picture(t), 0, t / 30) for t in range(FRAMES))
        write_frames(tmp_path / "clip.parquet", frames, SIZE, SIZE, Fraction(30))
        return FrameStore(tmp_path / "clip.parquet"), joints

    return make
