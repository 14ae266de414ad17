import numpy as np
import pytest
from skimage.data import astronaut

from pipeline.evaluation.flicker import STILL, flicker

SCENE = astronaut()[:64, :96]


def moved(picture, by):
    """The picture with a square of its right half moved ``by`` px: its left half stands still."""
    result = picture.copy()
    result[20:40, 60:80] = picture[20:40, 60 - by : 80 - by]
    return result


def test_a_clip_that_is_the_real_one_has_no_error():
    values = flicker(SCENE, moved(SCENE, 8), SCENE, moved(SCENE, 8))
    assert values["difference_error"] == 0
    assert values["flicker"] == values["flicker_real"]


def test_a_constant_error_is_no_flicker():
    """A wrong colour that stays is for SSIM to see, not for this."""
    wrong = SCENE // 2
    assert flicker(SCENE, SCENE, wrong, wrong) == {"flicker": 0, "flicker_real": 0, "difference_error": 0}


def test_flicker_is_the_change_where_nothing_should_change():
    generated = np.full_like(SCENE, 100)
    after = generated + np.uint8(7)
    values = flicker(SCENE, SCENE, generated, after)
    assert values == {"flicker": 7, "flicker_real": 0, "difference_error": 7}
    assert flicker(SCENE, SCENE, after, generated) == values  # down as up


def test_motion_of_the_real_clip_is_not_flicker():
    """The generated clip changes only where the real one does, but not enough: an error, no flicker."""
    after = moved(SCENE, 8)
    values = flicker(SCENE, after, SCENE, SCENE)
    assert values["flicker"] == 0
    assert values["difference_error"] == pytest.approx(np.abs(after.astype(float) - SCENE).mean())


def test_the_cameras_own_noise_stands_beside():
    rng = np.random.default_rng(0)
    grey = np.full_like(SCENE, 128)
    noisy = (grey + rng.integers(-STILL, STILL + 1, SCENE.shape)).astype(np.uint8)
    values = flicker(grey, noisy, grey, grey)
    assert values["flicker"] == 0
    assert values["flicker_real"] == pytest.approx(np.abs(noisy - 128.0).mean())


def test_without_a_still_pixel_there_is_no_flicker_to_measure():
    values = flicker(SCENE // 2, SCENE // 2 + np.uint8(STILL + 1), SCENE, SCENE)
    assert values["flicker"] is None and values["flicker_real"] is None
    assert values["difference_error"] == STILL + 1


def test_grows_with_noise():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, SCENE.shape)
    values = []
    for strength in (1, 5, 25):
        generated = np.clip(SCENE + strength * noise, 0, 255).astype(np.uint8)
        values.append(flicker(SCENE, SCENE, SCENE, generated)["flicker"])
    assert values == sorted(values) and values[0] > 0
