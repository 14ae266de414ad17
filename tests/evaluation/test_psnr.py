import numpy as np
import pytest
from skimage.data import astronaut
from skimage.metrics import peak_signal_noise_ratio

from pipeline.evaluation.psnr import EQUAL, psnr


def noisy(picture, strength):
    noise = np.random.default_rng(0).normal(0, strength, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("strength", [1, 10, 100])
def test_agrees_with_scikit_image(strength):
    a = astronaut()[:90, 100:170]
    b = noisy(a, strength)
    assert psnr(a, b) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9)


def test_of_a_mask_is_that_of_its_pixels_alone():
    a = astronaut()[:90, 100:170]
    b = noisy(a, 20)
    mask = np.zeros(a.shape[:2], bool)
    mask[20:50, 30:60] = True
    expected = peak_signal_noise_ratio(a[20:50, 30:60], b[20:50, 30:60], data_range=255)
    assert psnr(a, b, mask) == pytest.approx(expected, abs=1e-9)
    b[~mask] = 0
    assert psnr(a, b, mask) == pytest.approx(expected, abs=1e-9)


def test_equal_pictures_have_a_finite_value_above_all_others():
    a = astronaut()[:100, :100]
    b = a.copy()
    b[0, 0, 0] ^= 1
    assert psnr(a, a) == EQUAL > psnr(a, b) > psnr(a, noisy(a, 1))


def test_refuses_other_sizes_and_empty_masks():
    a = np.zeros((20, 20, 3), np.uint8)
    with pytest.raises(ValueError, match="one size"):
        psnr(a, a[:-1])
    with pytest.raises(ValueError, match="a pixel"):
        psnr(a, a, np.zeros((20, 20), bool))
