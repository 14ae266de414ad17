"""Pictures inside a page: small JPEGs as data URIs."""

import base64
from pathlib import Path

import cv2

from pipeline.user.cli import UserError

WIDEST = 1200  # px
QUALITY = 82  # JPEG: a page with all its pictures stays below 3 MB


def picture_uri(path: Path) -> str:
    """The picture of a file, made narrower than 1200 px if need be, as ``data:image/jpeg;base64,…``.

    Raises UserError if the file is missing or no picture.
    """
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the stage that makes it, first")
    picture = cv2.imread(str(path))
    if picture is None:
        raise UserError(f"{path} is no readable picture: delete it and run `dvc repro`")
    height, width = picture.shape[:2]
    if width > WIDEST:
        picture = cv2.resize(picture, (WIDEST, round(height * WIDEST / width)), interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()
