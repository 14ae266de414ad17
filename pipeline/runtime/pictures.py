"""Pictures in files."""

from pathlib import Path

import cv2
import numpy as np

from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError


def read_picture(path: Path) -> np.ndarray:
    """uint8 RGB (H, W, 3). Raises UserError if the file is missing or no picture."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run `dvc repro`, or the stage that makes it, first")
    picture = cv2.imread(str(path))
    if picture is None:
        raise UserError(f"{path} is no readable picture: delete it and run `dvc repro`")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write uint8 RGB (H, W, 3) in the format that the name asks for, such as .png."""
    with atomic(path) as partial:
        partial.write_bytes(cv2.imencode(path.suffix, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes())
