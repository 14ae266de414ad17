import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from pipeline.evaluation.contact_sheet import GAP, LABEL, TALLEST, Example, contact_sheet
from pipeline.runtime.pictures import write_picture

SCENE = astronaut()[:128, 150:246]  # 96x128


def example(frame, face=(40, 50, 72, 82)):
    return Example(frame, SCENE, 255 - SCENE, SCENE // 2, np.array(face))


def test_real_pose_and_generated_stand_under_one_another():
    sheet = contact_sheet([example(3), example(7)])
    assert sheet.shape == (3 * (LABEL + 128 + GAP) + 2 * (LABEL + 96 + GAP), 2 * (96 + GAP), 3)
    for row, expected in enumerate((SCENE, 255 - SCENE, SCENE // 2)):
        top = row * (LABEL + 128 + GAP) + LABEL
        for left in (0, 96 + GAP):
            np.testing.assert_array_equal(sheet[top : top + 128, left : left + 96], expected)


def test_faces_are_enlarged_and_an_unseen_one_is_grey():
    sheet = contact_sheet([example(0), example(1, face=(-1, -1, -1, -1))])
    top = 3 * (LABEL + 128 + GAP) + LABEL
    face = sheet[top : top + 96, :96]
    shrunk = cv2.resize(face, (32, 32), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(shrunk - SCENE[50:82, 40:72]).mean() < 6
    assert np.ptp(sheet[top : top + 96, 96 + GAP : -GAP]) == 0


def test_large_frames_are_shown_smaller():
    large = np.zeros((1024, 2048, 3), np.uint8)
    sheet = contact_sheet([Example(0, large, large, large, np.full(4, -1))])
    assert sheet.shape[1] == 2 * TALLEST + GAP


@pytest.mark.parametrize("name", ["a.png", "deep/er/a.png"])
def test_png_keeps_every_pixel(tmp_path, name):
    write_picture(tmp_path / name, SCENE)
    read = cv2.cvtColor(cv2.imread(str(tmp_path / name)), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(read, SCENE)
