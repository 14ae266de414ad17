"""A clip whose camera stands still, for tests of what looks at it through windows."""

from pathlib import Path

import numpy as np

from pipeline.clips.camera import Camera
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore


def still_clip(frames: Path, plate: np.ndarray | None = None) -> StableClip:
    """The stored ``frames`` before ``plate``, uint8 RGB of their size; None: grey."""
    store = FrameStore(frames)
    if plate is None:
        plate = np.full((store.height, store.width, 3), 128, np.uint8)
    return StableClip(store, still_camera(len(store), store.width, store.height), plate)


def still_camera(frames: int, width: int, height: int) -> Camera:
    """A camera that does not move."""
    return Camera(np.tile(np.eye(3), (frames, 1, 1)), width, height)
