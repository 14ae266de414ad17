"""Which pixels show a person, found by MediaPipe's selfie segmentation: clothes and hair that joints do not tell of."""

import cv2
import numpy as np

from pipeline.litert.network import Network

NETWORK = "selfie_segmentation.tflite"  # 256x256 px inside; the one for wide pictures is half as high and misses arms


class PersonSegmenter:
    """The network. The same picture gives the same mask, bit for bit. Raises UserError if its file is missing."""

    def __init__(self) -> None:
        self._network = Network(NETWORK)

    def person(self, picture: np.ndarray) -> np.ndarray:
        """How likely each pixel of uint8 RGB (H, W, 3) shows a person, float32 (H, W) in [0, 1]."""
        height, width = picture.shape[:2]
        size = self._network.size
        small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        said = self._network(small)["activation_10"][0, ..., 0]
        return cv2.resize(said, (width, height), interpolation=cv2.INTER_LINEAR)
