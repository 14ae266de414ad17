import numpy as np
import pytest

from pipeline.video.fit import LONGEST, fit_height, fit_into

SIZES = [(1920, 1080), (1080, 1920), (406, 720), (333, 111), (101, 503), (64, 64), (4096, 2160)]


def to_original(fit, point):
    return np.array(fit.to_original) @ [*point, 1]


@pytest.mark.parametrize("original", SIZES)
@pytest.mark.parametrize("store", [(512, 512), (256, 512), (640, 360)])
@pytest.mark.parametrize("how", ["pad", "crop"])
def test_a_fitted_picture_keeps_its_shape_and_its_middle(original, store, how):
    fit = fit_into(*original, *store, how)
    assert (fit.width, fit.height) == store
    x_scale, y_scale = fit.scaled_width / original[0], fit.scaled_height / original[1]
    # No side is off its right length by more than half a pixel.
    assert abs(x_scale - y_scale) * max(original) <= max(original) / min(original)
    middle = to_original(fit, np.array(store) / 2)
    assert np.abs(middle - np.array(original) / 2).max() <= 1 / min(x_scale, y_scale)


@pytest.mark.parametrize("original", SIZES)
def test_padding_loses_nothing_and_cropping_leaves_no_black(original):
    width, height = original
    padded, cropped = fit_into(*original, 512, 320, "pad"), fit_into(*original, 512, 320, "crop")
    for corner in ([0, 0], [512, 320]):
        x, y = to_original(padded, corner)
        assert (x <= 1e-9 and y <= 1e-9) if corner == [0, 0] else (x >= width - 1e-9 and y >= height - 1e-9)
        x, y = to_original(cropped, corner)
        assert -1e-9 <= x <= width + 1e-9 and -1e-9 <= y <= height + 1e-9
    assert padded.scaled_width == 512 or padded.scaled_height == 320
    assert cropped.scaled_width == 512 or cropped.scaled_height == 320


@pytest.mark.parametrize("original", SIZES)
def test_a_source_keeps_its_shape(original):
    fit = fit_height(*original, 512)
    assert fit.height == 512 and fit.width % 2 == 0
    assert abs(fit.width - 512 * original[0] / original[1]) <= 1
    np.testing.assert_allclose(to_original(fit, (0, 0)), (0, 0))
    np.testing.assert_allclose(to_original(fit, (fit.width, fit.height)), original)


@pytest.mark.parametrize(("original", "height", "expected"), [
    ((1920, 1080), None, (1920, 1080)), ((405, 719), None, (404, 718)), ((4096, 2160), None, (1920, 1012)),
    ((1080, 4320), None, (480, 1920)), ((1920, 1080), 1440, (1920, 1080)), ((3840, 160), 100, (1920, 80)),
])  # fmt: skip
def test_its_own_height_unless_another_is_asked_for_and_1920_px_at_most(original, height, expected):
    fit = fit_height(*original, height)
    assert abs(fit.width - expected[0]) <= 2 and abs(fit.height - expected[1]) <= 2
    assert max(fit.width, fit.height) <= LONGEST and fit.width % 2 == fit.height % 2 == 0
    assert (fit.left, fit.top, fit.scaled_width, fit.scaled_height) == (0, 0, fit.width, fit.height)
    np.testing.assert_allclose(to_original(fit, (fit.width, fit.height)), original)


def test_the_two_real_shapes():
    padded = fit_into(1080, 1920, 512, 512, "pad")
    assert (padded.scaled_width, padded.left, padded.scaled_height, padded.top) == (288, 112, 512, 0)
    assert fit_height(406, 720, 512).width == 288
