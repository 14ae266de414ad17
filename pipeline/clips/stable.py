"""The target's clip in the coordinates of its background, the canvas, where the camera stands still."""

import cv2
import numpy as np

from pipeline.clips import paths
from pipeline.clips.camera import Camera, read_camera
from pipeline.clips.store import FrameStore
from pipeline.clips.warp import picture_corners, transform, warp
from pipeline.runtime.pictures import read_picture


class StableClip:
    """Frames and plate in any view of the canvas: a matrix (3, 3) from px of the new picture to px of the canvas.

    store: the frames as filmed. camera: where they lie in the canvas. plate: uint8 RGB (H, W, 3), the canvas without
    the person. May be handed to other processes.
    """

    def __init__(self, store: FrameStore, camera: Camera, plate: np.ndarray) -> None:
        self.store, self.camera, self.plate = store, camera, plate

    def picture(self, t: int, view: np.ndarray, width: int, height: int) -> np.ndarray:
        """What frame t shows in ``view``, uint8 RGB (height, width, 3); the plate where the frame does not reach."""
        to_frame = np.linalg.inv(self.camera.to_canvas[t]) @ view
        picture = warp(self.store.read(int(t)), to_frame, width, height)
        corners = transform(picture_corners(self.store.width, self.store.height), np.linalg.inv(to_frame))
        reached = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(reached, np.rint(corners).astype(np.int32), 1)
        if reached.all():
            return picture
        return np.where(reached[..., None] > 0, picture, self.background(view, width, height))

    def background(self, view: np.ndarray, width: int, height: int) -> np.ndarray:
        """The plate in ``view``, uint8 RGB (height, width, 3)."""
        return warp(self.plate, view, width, height)


def open_target() -> StableClip:
    """The target's clip, as the stages `decode` and `background` left it. Raises UserError if a file is missing."""
    store = FrameStore(paths.frames("target"))
    return StableClip(store, read_camera(paths.CAMERA, store), read_picture(paths.PLATE))
