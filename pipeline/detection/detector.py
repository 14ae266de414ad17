"""Which detector finds the joints: the one place that knows, for all who need one."""

from typing import Protocol

import numpy as np

from pipeline.detection.holistic import HolisticDetector
from pipeline.detection.people import Meant
from pipeline.params import Keypoints


class Detector(Protocol):
    """Finds one person's joints frame by frame, following them: one instance a clip, frames in order."""

    name: str

    @property
    def crowded(self) -> bool:
        """Whether somebody else was seen in the last frame or shortly before."""
        ...

    def detect(self, frame: np.ndarray) -> np.ndarray:
        """The joints in the next frame, uint8 RGB (H, W, 3).

        -> float32 (137, 3) of (x, y, confidence) in its pixels, 0 where not found.
        """
        ...


def detector_name(params: Keypoints) -> str:
    """The name and version, for the files of poses, of the detector that ``params`` name."""
    return HolisticDetector.name


def open_detector(params: Keypoints, meant: Meant | None = None) -> Detector:
    """A new detector with the limits that ``params`` name. meant: whom to follow, None if there is but one."""
    return HolisticDetector(params.min_detection_confidence, params.min_tracking_confidence, meant)
