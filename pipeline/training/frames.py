"""The target's frames and pose pictures at the training size; pose pictures are drawn at load time."""

import numpy as np
from torch import Tensor

from pipeline.clips.scaling import resize, scale_joints
from pipeline.clips.store import FrameStore
from pipeline.networks.pictures import to_planes
from pipeline.pose.joint_file import JointFile
from pipeline.pose.picture import draw_pose


class TrainingFrames:
    """The target's frames and pose pictures at the training size, by frame number.

    joints: float32 (frames, 137, 3) in pixels of the store's frames, confidence 0 where not found.
    width, height: pixels of the training picture.
    """

    def __init__(self, store: FrameStore, joints: np.ndarray | JointFile, width: int, height: int) -> None:
        self.store, self.joints = store, joints
        self.width, self.height = width, height

    def __getitem__(self, t: int) -> tuple[Tensor, Tensor]:
        """(pose picture, frame) of frame t, each uint8 RGB (3, height, width)."""
        return self.draw(self.poses(t)), self.picture(t)

    def picture(self, t: int) -> Tensor:
        """Frame t, uint8 RGB (3, height, width)."""
        return to_planes(resize(self.store.read(int(t)), self.width, self.height))

    def draw(self, joints: np.ndarray) -> Tensor:
        """The pose picture, uint8 RGB (3, height, width), of joints (137, 3) in pixels of the training picture."""
        return to_planes(draw_pose(joints, self.width, self.height))

    def poses(self, which: int | slice) -> np.ndarray:
        """The joints of a frame, (137, 3), or of several, (frames, 137, 3), in pixels of the training picture."""
        return scale_joints(self.joints[which], self.height / self.store.height)
