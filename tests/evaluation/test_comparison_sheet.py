import numpy as np
import pytest
from skimage.data import astronaut

from pipeline.evaluation.comparison_sheet import Comparison, comparison_sheet
from pipeline.evaluation.contact_sheet import EMPTY, GAP, LABEL

SCENE = astronaut()[:128, 150:246]  # 96x128


def test_source_truth_and_result_stand_under_one_another():
    sheet = comparison_sheet([Comparison(frame, SCENE, 255 - SCENE, SCENE // 2) for frame in (3, 7)])
    assert sheet.shape == (3 * (LABEL + 128 + GAP), 2 * (96 + GAP), 3)
    for row, expected in enumerate((SCENE, 255 - SCENE, SCENE // 2)):
        top = row * (LABEL + 128 + GAP) + LABEL
        for left in (0, 96 + GAP):
            np.testing.assert_array_equal(sheet[top : top + 128, left : left + 96], expected)


@pytest.mark.parametrize(("shape", "inside"), [((200, 400), np.s_[40:88, :96]), ((500, 100), np.s_[:128, 35:61])])
def test_a_source_of_another_shape_is_shown_whole_on_grey(shape, inside):
    source = np.zeros((*shape, 3), np.uint8)
    tile = comparison_sheet([Comparison(0, source, SCENE, SCENE)])[LABEL : LABEL + 128, :96]
    assert (tile[inside] == 0).all()
    outside = np.ones((128, 96), bool)
    outside[inside] = False
    assert (tile[outside] == EMPTY).all()
