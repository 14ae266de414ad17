import numpy as np
import pytest
from skimage.data import astronaut
from skimage.metrics import structural_similarity

from pipeline.evaluation.ssim import WINDOW, inside, ssim, ssim_map, windows


def reference(a, b):
    return structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1
    )


def noisy(picture, strength):
    noise = np.random.default_rng(0).normal(0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("crop", [np.s_[:200, :150], np.s_[100:111, 100:111], np.s_[50:62, 20:300]])
@pytest.mark.parametrize("strength", [1, 30])
def test_agrees_with_scikit_image(crop, strength):
    a = astronaut()[crop]
    assert ssim(a, noisy(a, strength)) == pytest.approx(reference(a, noisy(a, strength)), abs=1e-9)


def test_agrees_on_a_bright_flat_wall_and_on_floats():
    wall = np.full((64, 64, 3), 254, np.uint8)
    a, b = noisy(wall, 1), noisy(wall, 1).astype(np.float32) - 0.25
    assert ssim(a, b) == pytest.approx(reference(a.astype(np.float64), b.astype(np.float64)), abs=1e-9)


def test_is_one_for_equal_pictures_symmetric_and_falls_with_noise():
    a = astronaut()[:128, :128]
    assert ssim(a, a) == 1
    assert ssim(a, noisy(a, 20)) == pytest.approx(ssim(noisy(a, 20), a), abs=1e-12)
    values = [ssim(a, noisy(a, strength)) for strength in (2, 8, 32, 128)]
    assert values == sorted(values, reverse=True) and values[0] < 1
    pattern = np.random.default_rng(1).integers(0, 256, (32, 32, 3), np.uint8)
    assert ssim(pattern, 255 - pattern) < -0.5


@pytest.mark.parametrize("shape", [(WINDOW - 1, 40, 3), (40, WINDOW - 1, 3)])
def test_refuses_pictures_smaller_than_the_window(shape):
    with pytest.raises(ValueError, match="11 px"):
        ssim(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))


def test_refuses_pictures_of_two_sizes():
    with pytest.raises(ValueError, match="one size"):
        ssim(np.zeros((20, 20, 3), np.uint8), np.zeros((20, 21, 3), np.uint8))


def test_map_agrees_with_scikit_image_up_to_the_edges():
    a = astronaut()[:90, 100:170]
    b = noisy(a, 25)
    expected = structural_similarity(
        a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255, channel_axis=-1, full=True
    )[1]
    np.testing.assert_allclose(ssim_map(windows(a), windows(b)), expected.mean(axis=2), rtol=0, atol=1e-9)


def test_map_inside_a_crop_is_the_crops_ssim():
    a = astronaut()[:90, 100:170]
    b = noisy(a, 25)
    crop = ssim_map(windows(a), windows(b))[20:60, 10:50]
    assert inside(crop) == pytest.approx(ssim(a[20:60, 10:50], b[20:60, 10:50]), abs=1e-12)
