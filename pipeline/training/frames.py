"""The target's frames, pose pictures and plate through windows, at the training size; poses are drawn at load time."""

import numpy as np
from torch import Tensor

from pipeline.clips.stable import StableClip
from pipeline.clips.warp import move_joints, window_matrix
from pipeline.networks.pictures import to_planes
from pipeline.pose.joint_file import JointFile
from pipeline.pose.picture import draw_pose


class TrainingFrames:
    """The target through windows of the canvas, as pictures of ``width`` x ``height`` px.

    joints: float32 (frames, 137, 3) in px of the canvas, confidence 0 where not found. windows: float64 (frames, 4),
    every frame's own window (x0, y0, x1, y1).
    """

    def __init__(
        self, clip: StableClip, joints: np.ndarray | JointFile, windows: np.ndarray, width: int, height: int
    ) -> None:
        self.clip, self.joints, self.windows = clip, joints, windows
        self.width, self.height = width, height

    def picture(self, t: int, window: np.ndarray) -> Tensor:
        """Frame t in ``window``, uint8 RGB (3, height, width)."""
        return to_planes(self.clip.picture(t, window, self.width, self.height))

    def background(self, window: np.ndarray) -> Tensor:
        """The plate in ``window``, uint8 RGB (3, height, width)."""
        return to_planes(self.clip.background(window, self.width, self.height))

    def pose(self, t: int, window: np.ndarray) -> Tensor:
        """The pose picture of frame t in ``window``, uint8 RGB (3, height, width)."""
        joints = move_joints(np.linalg.inv(window_matrix(window, self.width, self.height)), self.joints[int(t)])
        return to_planes(draw_pose(joints, self.width, self.height))
