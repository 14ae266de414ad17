"""The target's frames, pose pictures and plate through windows, at the training size; poses are drawn at load time."""

import numpy as np
from torch import Tensor

from pipeline.clips.layout import mirrored
from pipeline.clips.stable import StableClip
from pipeline.clips.warp import move_joints, window_matrix
from pipeline.networks.pictures import to_planes
from pipeline.pose.joint_file import JointFile
from pipeline.pose.picture import draw_pose
from pipeline.reference.references import References


class TrainingFrames:
    """The target in pictures of ``width`` x ``height`` px, each a view of the canvas.

    A view is a matrix (3, 3) from px of the picture to px of the canvas. joints: float32 (frames, 137, 3) in px of the
    canvas, confidence 0 where not found. windows: float64 (frames, 4), every frame's own window (x0, y0, x1, y1).
    """

    def __init__(
        self, clip: StableClip, joints: np.ndarray | JointFile, windows: np.ndarray, width: int, height: int
    ) -> None:
        self.clip, self.joints, self.windows = clip, joints, windows
        self.width, self.height = width, height

    def view(self, t: int) -> np.ndarray:
        """That of frame t's window."""
        return window_matrix(self.windows[t], self.width, self.height)

    def picture(self, t: int, view: np.ndarray) -> np.ndarray:
        """Frame t, uint8 RGB (height, width, 3)."""
        return self.clip.picture(t, view, self.width, self.height)

    def background(self, view: np.ndarray) -> np.ndarray:
        """The plate, uint8 RGB (height, width, 3)."""
        return self.clip.background(view, self.width, self.height)

    def seen_joints(self, t: int, view: np.ndarray) -> np.ndarray:
        """The joints of frame t, (137, 3) in px of the picture."""
        return move_joints(self.joints[int(t)], np.linalg.inv(view))

    def pose(self, t: int, view: np.ndarray, mirror: bool = False) -> Tensor:
        """The pose picture of frame t, uint8 RGB (3, height, width). mirror: whether the view is that of a mirror."""
        joints = self.seen_joints(t, view)
        return to_planes(draw_pose(mirrored(joints) if mirror else joints, self.width, self.height))

    def reference(
        self, references: References, choice: np.ndarray, t: int, view: np.ndarray, mirror: bool = False
    ) -> Tensor:
        """A choice of references in the pose of frame t, uint8 (5, height, width). mirror: as for :meth:`pose`."""
        if not mirror:
            return to_planes(references.picture(choice, self.joints[int(t)], view, self.width, self.height))
        # limbs turn, but are never mirrored: so what the mirror shows is seen without it, and then mirrored
        unmirrored = view @ np.array([[-1.0, 0.0, self.width], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        return self.reference(references, choice, t, unmirrored).flip(2)
