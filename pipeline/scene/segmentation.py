"""Which pixels show a person, found by MediaPipe's selfie segmentation: clothes and hair that joints do not tell of."""

import mediapipe as mp
import numpy as np

from pipeline.runtime.native_messages import native_messages_off

GENERAL_MODEL = 0  # 256x256 px inside; model 1, for wide pictures, is half as high and misses arms


class PersonSegmenter:
    """The network, whose weights come inside MediaPipe's wheel. Use it as a context manager.

    The same pictures in the same order give the same masks, bit for bit.
    """

    def __init__(self) -> None:
        with native_messages_off():
            self._segmentation = mp.solutions.selfie_segmentation.SelfieSegmentation(model_selection=GENERAL_MODEL)
            self._segmentation.process(np.zeros((64, 64, 3), np.uint8))  # loads the network now

    def __enter__(self) -> "PersonSegmenter":
        return self

    def __exit__(self, *exception: object) -> None:
        self._segmentation.close()

    def person(self, picture: np.ndarray) -> np.ndarray:
        """How likely each pixel of uint8 RGB (H, W, 3) shows a person, float32 (H, W) in [0, 1]."""
        return self._segmentation.process(picture).segmentation_mask
