"""Pictures inside a page: small JPEGs as data URIs."""

import base64
from pathlib import Path

import cv2

from pipeline.runtime.pictures import read_picture

WIDEST = 1200  # px
QUALITY = 82  # JPEG: a page with all its pictures stays below 3 MB


def picture_uri(path: Path) -> str:
    """The picture of a file, made narrower than 1200 px if need be, as ``data:image/jpeg;base64,…``.

    Raises UserError if the file is missing or no picture.
    """
    picture = read_picture(path)
    height, width = picture.shape[:2]
    if width > WIDEST:
        picture = cv2.resize(picture, (WIDEST, round(height * WIDEST / width)), interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
