"""The built-in detector, for all who need one: the one place that knows its limits."""

from pipeline.detection.holistic import HolisticDetector
from pipeline.detection.people import Meant
from pipeline.params import Keypoints


def open_detector(params: Keypoints, meant: Meant | None = None) -> HolisticDetector:
    """A new detector with the limits that ``params`` name. meant: whom to follow, None if there is but one."""
    return HolisticDetector(params.min_detection_confidence, params.min_tracking_confidence, meant)
