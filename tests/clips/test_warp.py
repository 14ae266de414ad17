"""Warping: against a formula evaluated at every pixel, antialiasing, and what must not be resampled at all."""

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio

from pipeline.clips.warp import move_joints, transform, warp, window_matrix


def wave(x, y):
    """A smooth picture of continuous coordinates, in grey levels."""
    return 128 + 60 * np.sin(x / 9) + 50 * np.cos(y / 7 + x / 23)


def picture_of(width, height):
    """Pixel (0, 0) has its centre at (0.5, 0.5)."""
    y, x = np.mgrid[:height, :width] + 0.5
    return wave(x, y).astype(np.float32)


@pytest.mark.parametrize("matrix", [
    [[1, 0, 12.3], [0, 1, 7.8], [0, 0, 1]],
    [[0.7, 0.1, 20], [-0.1, 0.7, 30], [0, 0, 1]],
    [[-0.9, 0, 90], [0, 0.9, 10], [0, 0, 1]],
    [[1, 0.05, 10], [0.02, 1, 12], [2e-4, 1e-4, 1]],
])  # fmt: skip
def test_every_pixel_shows_what_lies_where_the_matrix_says(matrix):
    matrix = np.array(matrix, float)
    y, x = np.mgrid[:60, :80] + 0.5
    places = transform(np.stack([x, y], axis=-1), matrix)
    warped = warp(picture_of(160, 150), matrix, 80, 60)
    assert np.abs(warped - wave(places[..., 0], places[..., 1])).max() < 1


def test_whole_pixels_are_copied_not_resampled():
    noise = np.random.default_rng(0).integers(0, 256, (50, 60, 3), np.uint8)
    window = window_matrix(np.array([10, 5, 42, 37]), 32, 32)
    np.testing.assert_array_equal(warp(noise, window, 32, 32), noise[5:37, 10:42])
    np.testing.assert_array_equal(warp(noise, np.eye(3), 60, 50), noise)


def test_shrinking_averages_and_lets_no_pattern_alias():
    stripes = np.zeros((128, 128), np.uint8)
    stripes[:, ::2] = 255
    small = warp(stripes, np.diag([4.0, 4.0, 1.0]), 32, 32)
    assert np.abs(small.astype(int) - 127).max() <= 1
    picture = np.random.default_rng(0).integers(0, 256, (128, 128), np.uint8)
    np.testing.assert_allclose(
        warp(picture, np.diag([4.0, 4.0, 1.0]), 32, 32), cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA),
        atol=1,
    )


@pytest.mark.parametrize(("scale", "decibels"), [(1.02, 45), (1.1, 45), (1.25, 45), (1.4, 34), (2.0, 34)])
def test_a_picture_seen_smaller_comes_near_the_ideal_and_loses_nothing_if_only_a_little_smaller(scale, decibels):
    noise = np.random.default_rng(0).normal(128, 120, (200, 200))
    picture = cv2.GaussianBlur(noise, (0, 0), 1.0).clip(0, 255).astype(np.uint8)
    size = round(200 / scale)
    ideal = np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS))
    shown = warp(picture, window_matrix(np.array([0, 0, 200, 200]), size, size), size, size)
    assert peak_signal_noise_ratio(ideal, shown) > decibels


def test_beyond_the_edges_the_outermost_pixels_go_on():
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    shown = warp(picture, window_matrix(np.array([-10, -10, 30, 30]), 40, 40), 40, 40)
    np.testing.assert_array_equal(shown[10:30, 10:30], picture)
    np.testing.assert_array_equal(shown[:10, 10:30], np.repeat(picture[:1], 10, axis=0))
    far = warp(picture, window_matrix(np.array([500, 500, 540, 540]), 40, 40), 40, 40)
    np.testing.assert_array_equal(far, np.broadcast_to(picture[-1, -1], (40, 40, 3)))


def test_there_and_back_is_almost_the_same():
    picture = picture_of(100, 100)
    matrix = np.array([[1.02, -0.03, 3.3], [0.03, 1.02, -2.2], [0.0, 0.0, 1.0]])
    back = warp(warp(picture, matrix, 100, 100), np.linalg.inv(matrix), 100, 100)
    assert np.abs(back - picture)[15:85, 15:85].max() < 2


def test_joints_move_and_those_not_found_stay_nowhere():
    joints = np.array([[10, 20, 0.5], [0, 0, 0]], np.float32)
    moved = move_joints(joints, np.array([[2.0, 0, 1], [0, 2.0, -1], [0, 0, 1]]))
    np.testing.assert_allclose(moved, [[21, 39, 0.5], [0, 0, 0]])
    assert moved.dtype == np.float32


def test_a_windows_corners_are_the_pictures():
    matrix = window_matrix(np.array([10.0, 20.0, 110.0, 220.0]), 50, 50)
    np.testing.assert_allclose(transform(np.array([[0, 0], [50, 50.0]]), matrix), [[10, 20], [110, 220]])
