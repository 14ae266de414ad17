"""What tells of the background: some frames of a clip, and how far the person is from every pixel in them."""

from dataclasses import dataclass

import numpy as np

from pipeline.scene.person import clearance, mask_clearance, person_height
from pipeline.scene.segmentation import PersonSegmenter
from pipeline.clips.scaling import resize
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.pose.joint_file import JointFile
from pipeline.runtime.parallel import in_threads, usable_cores
from pipeline.user.cli import UserError

LIKELY = 0.3  # that a pixel shows a person: from there on it counts as one
# Enough that a tenth of them tells of light where a shadow lies; bounds the memory, 5 bytes a frame's pixel.
FRAMES = 201


@dataclass(frozen=True)
class BackgroundSample:
    """n frames of a clip, in which the person is found.

    pictures: uint8 RGB (n, H, W, 3). clearances: float16 (n, H, W), how far each pixel is from the person: by the
    joints (:func:`pipeline.scene.person.clearance`) or by a segmentation, whichever is nearer. The one knows of
    hands that are blurred and of the shadow at the feet, the other of skirts and hair.
    """

    pictures: np.ndarray
    clearances: np.ndarray


def sample_background(
    store: FrameStore, joints: np.ndarray | JointFile, end: int, width: int, height: int
) -> BackgroundSample:
    """Look at most at 201 evenly spread frames of 0..end-1, scaled to ``width`` x ``height`` px, the store's shape.

    joints: (frames, 137, 3) in px of the store. Frames in which nobody is found are left out, since the person may be
    anywhere in them. Raises UserError if none is left.
    """
    scale = np.array([width / store.width, height / store.height, 1], np.float32)
    poses = {frame: joints[frame] * scale for frame in spread(end, FRAMES).tolist()}
    poses = {frame: pose for frame, pose in poses.items() if person_height(pose)}
    if not poses:
        raise UserError(
            f"nobody was found in frames 0 to {end - 1} of {store.path}, so that its background cannot be told from a "
            "person: use a clip that shows the whole person"
        )

    def look(frame: int) -> tuple[np.ndarray, np.ndarray]:
        return resize(store.read(frame), width, height), clearance(poses[frame], width, height)

    sample = BackgroundSample(
        np.empty((len(poses), height, width, 3), np.uint8), np.empty((len(poses), height, width), np.float16)
    )
    seen = in_threads(look, poses, usable_cores())
    with PersonSegmenter() as segmenter:
        for index, (pose, (picture, by_joints)) in enumerate(zip(poses.values(), seen, strict=True)):
            mask = segmenter.person(picture) >= LIKELY
            by_mask = mask_clearance(mask, person_height(pose))
            sample.pictures[index], sample.clearances[index] = picture, np.minimum(by_joints, by_mask)
    return sample
