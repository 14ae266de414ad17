"""The ways of getting poses that ``keypoints.backend`` names. Another one is a module and a line here and in the
parameters."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.backends import openpose, rtmpose
from pipeline.clips.store import FrameStore
from pipeline.detection import detection
from pipeline.detection.found import Found
from pipeline.detection.holistic import HolisticDetector
from pipeline.params import Choice, Keypoints


class Backend(NamedTuple):
    """name: for the files of poses, with the version. detect: the joints in every frame of a store, in any order.
    require: raises UserError if ``detect`` could not work on the clip of that name, for want of files."""

    name: str
    detect: Callable[[FrameStore, Keypoints, Choice], Iterator[Found]]
    require: Callable[[Keypoints, str], object] = lambda params, clip: None


BACKENDS = {
    "mediapipe": Backend(HolisticDetector.name, detection.detect),
    "openpose": Backend(openpose.NAME, openpose.detect, openpose.require),
    "rtmpose": Backend(rtmpose.NAME, rtmpose.detect, rtmpose.require),
}
