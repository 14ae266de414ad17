"""What tells of the background: some frames of a clip, and how far the person is from every pixel in them."""

from dataclasses import dataclass

import numpy as np

from pipeline.background.person import clearance, person_height
from pipeline.cli import UserError
from pipeline.gan.pictures import resize
from pipeline.spread import spread
from pipeline.video.store import FrameStore

FRAMES = 101  # enough that the median is free of noise and captions; bounds the memory, 5 bytes a frame's pixel


@dataclass(frozen=True)
class BackgroundSample:
    """n frames of a clip, evenly spread over those in which the person is found.

    pictures: uint8 RGB (n, H, W, 3). clearances: float16 (n, H, W), see :func:`pipeline.background.person.clearance`.
    """

    pictures: np.ndarray
    clearances: np.ndarray


def sample_background(
    store: FrameStore, joints: np.ndarray, end: int, width: int, height: int, min_confidence: float
) -> BackgroundSample:
    """Look at most at 101 frames of 0..end-1, scaled to ``width`` x ``height`` px, the store's shape.

    joints: (frames, 137, 3) in px of the store. Frames in which nobody is found are left out, since the person may be
    anywhere in them. Raises UserError if none is left.
    """
    scaled = joints[:end] * np.array([width / store.width, height / store.height, 1], np.float32)
    seen = [frame for frame in range(end) if person_height(scaled[frame], min_confidence)]
    if not seen:
        raise UserError(f"no person was found in frames 0 to {end - 1} of {store.path}: use a clip that shows one whole")
    frames = [seen[index] for index in spread(len(seen), FRAMES)]
    return BackgroundSample(
        np.stack([resize(store.read(frame), width, height) for frame in frames]),
        np.stack([clearance(scaled[frame], width, height, min_confidence).astype(np.float16) for frame in frames]),
    )
