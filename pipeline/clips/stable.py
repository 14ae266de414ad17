"""The target's clip in the coordinates of its background, the canvas, where the camera stands still."""

import cv2
import numpy as np

from pipeline.clips import paths
from pipeline.clips.camera import Camera, read_camera
from pipeline.clips.store import FrameStore
from pipeline.clips.warp import picture_corners, transform, warp, window_matrix
from pipeline.runtime.pictures import read_picture


class StableClip:
    """Frames and plate through windows of the canvas, (x0, y0, x1, y1) in its px, inside it or not.

    store: the frames as filmed. camera: where they lie in the canvas. plate: uint8 RGB (H, W, 3), the canvas without
    the person. May be handed to other processes.
    """

    def __init__(self, store: FrameStore, camera: Camera, plate: np.ndarray) -> None:
        self.store, self.camera, self.plate = store, camera, plate

    def picture(self, t: int, window: np.ndarray, width: int, height: int) -> np.ndarray:
        """What frame t shows in ``window``, uint8 RGB (height, width, 3); the plate where the frame does not reach."""
        return self.seen_by(t, window_matrix(window, width, height), width, height)

    def seen_by(self, t: int, to_canvas: np.ndarray, width: int, height: int) -> np.ndarray:
        """The same for any view: ``to_canvas``, (3, 3), is from px of the new picture to px of the canvas."""
        to_frame = np.linalg.inv(self.camera.to_canvas[t]) @ to_canvas
        picture = warp(self.store.read(int(t)), to_frame, width, height)
        corners = transform(picture_corners(self.store.width, self.store.height), np.linalg.inv(to_frame))
        reached = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(reached, np.rint(corners).astype(np.int32), 1)
        return np.where(reached[..., None] > 0, picture, warp(self.plate, to_canvas, width, height))

    def background(self, window: np.ndarray, width: int, height: int) -> np.ndarray:
        """The plate in ``window``, uint8 RGB (height, width, 3)."""
        return warp(self.plate, window_matrix(window, width, height), width, height)


def open_target() -> StableClip:
    """The target's clip, as the stages `decode` and `background` left it. Raises UserError if a file is missing."""
    store = FrameStore(paths.frames("target"))
    return StableClip(store, read_camera(paths.CAMERA, store), read_picture(paths.PLATE))
