import base64

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from pipeline.reporting.pictures import WIDEST, picture_uri
from pipeline.runtime.pictures import write_picture
from pipeline.user.cli import UserError


def opened(uri):
    data = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def test_a_picture_comes_back_with_its_colours(tmp_path):
    write_picture(tmp_path / "a.png", astronaut())
    shown = opened(picture_uri(tmp_path / "a.png"))
    assert shown.shape == astronaut().shape
    assert np.abs(shown.astype(int) - astronaut()).mean() < 6


def test_a_wide_picture_is_made_narrower(tmp_path):
    write_picture(tmp_path / "a.png", np.full((100, 2 * WIDEST, 3), 200, np.uint8))
    assert opened(picture_uri(tmp_path / "a.png")).shape == (50, WIDEST, 3)


def test_says_which_picture_is_missing_or_broken(tmp_path):
    with pytest.raises(UserError, match="a.png is missing"):
        picture_uri(tmp_path / "a.png")
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(UserError, match="a.png is no readable picture"):
        picture_uri(tmp_path / "a.png")
