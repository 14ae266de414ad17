"""Pictures inside a page: small JPEGs as data URIs."""

import base64
from pathlib import Path

import cv2
import numpy as np

from pipeline.clips.scaling import resize
from pipeline.runtime.pictures import read_picture

WIDEST = 1200  # px
QUALITY = 82  # JPEG: a page with all its pictures stays below 3 MB


def picture_uri(path: Path, widest: int = WIDEST) -> str:
    """The picture of a file, made narrower than ``widest`` px if need be, as ``data:image/jpeg;base64,…``.

    Raises UserError if the file is missing or no picture.
    """
    picture = read_picture(path)
    height, width = picture.shape[:2]
    return as_uri(resize(picture, widest, round(height * widest / width)) if width > widest else picture)


def as_uri(picture: np.ndarray) -> str:
    """uint8 RGB (H, W, 3) as ``data:image/jpeg;base64,…``."""
    jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
