"""What tells of the background: some frames of a clip, and how far the person is from every pixel in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.clips.scaling import resize
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.pose.joint_file import JointFile
from pipeline.pose.stature import person_height
from pipeline.runtime.parallel import in_threads, usable_cores
from pipeline.scene.person import clearance, mask_clearance
from pipeline.scene.segmentation import PersonSegmenter
from pipeline.user.cli import UserError

LIKELY = 0.3  # that a pixel shows a person: from there on it counts as one
# Enough that a tenth of them tells of light where a shadow lies; bounds the memory, 5 bytes a frame's pixel.
FRAMES = 201


@dataclass(frozen=True)
class BackgroundSample:
    """n frames of a clip, in which the person is found.

    pictures: uint8 RGB (n, H, W, 3). clearances: float16 (n, H, W), how far each pixel is from the person, as
    :func:`with_clearances` gives them.
    """

    pictures: np.ndarray
    clearances: np.ndarray


def sample_background(
    store: FrameStore, joints: np.ndarray | JointFile, end: int, width: int, height: int
) -> BackgroundSample:
    """Look at most at 201 evenly spread frames of 0..end-1, scaled to ``width`` x ``height`` px, the store's shape.

    joints: (frames, 137, 3) in px of the store. Raises UserError if nobody is found in any of them.
    """
    frames = sampled_frames(store, joints, end, FRAMES)
    sample = BackgroundSample(
        np.empty((len(frames), height, width, 3), np.uint8), np.empty((len(frames), height, width), np.float16)
    )
    for index, (picture, distance) in enumerate(with_clearances(store, joints, frames, width, height)):
        sample.pictures[index], sample.clearances[index] = picture, distance
    return sample


def sampled_frames(store: FrameStore, joints: np.ndarray | JointFile, end: int, most: int) -> list[int]:
    """At most ``most`` evenly spread frames of 0..end-1, less those in which nobody is found.

    In those the person may be anywhere. Raises UserError if none is left.
    """
    frames = [frame for frame in spread(end, most).tolist() if person_height(joints[frame])]
    if not frames:
        raise UserError(
            f"nobody was found in frames 0 to {end - 1} of {store.path}, so that its background cannot be told from a "
            "person: use a clip that shows the whole person"
        )
    return frames


def with_clearances(
    store: FrameStore, joints: np.ndarray | JointFile, frames: Iterable[int], width: int, height: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pictures scaled to ``width`` x ``height`` px, uint8 RGB, each with how far its pixels are from the person.

    That is float32 (height, width), by the joints (:func:`pipeline.scene.person.clearance`) or by a segmentation,
    whichever is nearer. The one knows of hands that are blurred and of the shadow at the feet, the other of skirts and
    hair. joints: (frames, 137, 3) in px of the store.
    """
    scale = np.array([width / store.width, height / store.height, 1], np.float32)

    def look(frame: int) -> tuple[np.ndarray, np.ndarray, float]:
        pose = joints[frame] * scale
        size = float(person_height(pose)) or height  # without joints the mask alone tells, with a wide margin
        return resize(store.read(frame), width, height), clearance(pose, width, height), size

    segmenter = PersonSegmenter()
    for picture, by_joints, size in in_threads(look, frames, usable_cores()):
        mask = segmenter.person(picture) >= LIKELY
        yield picture, np.minimum(by_joints, mask_clearance(mask, size))
