"""Overlays laid over pictures: at the same size against plain compositing, and at other sizes and places."""

import numpy as np
import pytest
import torch

from pipeline.clips.warp import shift
from pipeline.networks.compositing import Layers
from pipeline.networks.pictures import to_picture, to_tensor
from pipeline.rendering.overlay import add_residual, lay_over, opaque, overlay_of, trimmed


def laid(plate, layers, matrix):
    """``plate`` with ``layers`` over it."""
    result = plate.copy()
    lay_over(result, plate, overlay_of(layers, np.eye(3)), matrix)
    return result


@pytest.fixture
def layers():
    torch.manual_seed(0)
    return Layers(torch.rand(1, 3, 32, 32) * 2 - 1, torch.rand(1, 1, 32, 32), torch.rand(1, 1, 32, 32) * 0.9)


def test_at_the_same_size_it_is_what_training_composites(layers):
    plate = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    expected = to_picture(layers.over(to_tensor(plate)[None])[0])
    result = laid(plate, layers, np.eye(3))
    assert np.abs(result.astype(int) - expected).max() <= 1


def test_nothing_shows_of_an_overlay_without_anybody():
    none = torch.zeros(1, 1, 32, 32)
    plate = np.full((100, 120, 3), 90, np.uint8)
    overlay = trimmed(overlay_of(Layers(torch.zeros(1, 3, 32, 32), none, none), np.eye(3)))
    for offset in (0, 0.3, 0.5):
        result = plate.copy()
        lay_over(result, plate, overlay, shift(offset, offset) @ np.diag([2.0, 2.0, 1.0]))
        np.testing.assert_array_equal(result, plate)


def test_only_its_own_place_changes_and_the_picture_given_stays(layers):
    plate = np.full((100, 120, 3), 90, np.uint8)
    result = laid(plate, layers, np.array([[2.0, 0, 30], [0, 2.0, 20], [0, 0, 1]]))
    changed = (result != 90).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (20, 83, 30, 93)
    assert (plate == 90).all()


@pytest.mark.parametrize("place", [(-20, -10), (90, 80), (500, 0), (-500, -500)])
def test_what_reaches_over_the_edge_is_cut_off(layers, place):
    plate = np.full((100, 120, 3), 90, np.uint8)
    matrix = np.array([[2.0, 0, place[0]], [0, 2.0, place[1]], [0, 0, 1]])
    larger = np.full((1300, 1320, 3), 90, np.uint8)
    inside = laid(larger, layers, np.array([[1.0, 0, 600], [0, 1.0, 600], [0, 0, 1]]) @ matrix)
    np.testing.assert_array_equal(laid(plate, layers, matrix), inside[600:700, 600:720])


@pytest.mark.parametrize("matrix", [
    np.eye(3), np.diag([4.0, 4.0, 1.0]) @ shift(-6, -9), np.array([[1.9, -0.4, 15], [0.4, 1.9, 0.5], [0, 0, 1]]),
])
def test_trimmed_it_shows_the_same(matrix):
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 10:20, 7:11] = mask[..., 13:15, 3:24] = 1
    layers = Layers(torch.rand(1, 3, 32, 32) * 2 - 1, mask, torch.zeros_like(mask))
    whole, plate = overlay_of(layers, np.eye(3)), np.full((64, 64, 3), 90, np.uint8)
    assert trimmed(whole).passed.shape == (18, 28)
    results = [plate.copy(), plate.copy()]
    for result, overlay in zip(results, (whole, trimmed(whole)), strict=True):
        lay_over(result, plate, overlay, matrix)
    np.testing.assert_allclose(*(result.astype(int) for result in results), atol=1)
    assert (results[0] != plate).sum() > 100


def test_a_closer_look_takes_the_place_of_what_is_below_it(layers):
    """Both are seen over the same background, and not one through the other."""
    plate = np.full((64, 64, 3), 90, np.uint8)
    nothing = Layers(torch.zeros(1, 3, 16, 16), torch.zeros(1, 1, 16, 16), torch.zeros(1, 1, 16, 16))
    below = laid(plate, layers, np.eye(3))
    result = below.copy()
    lay_over(result, plate, overlay_of(nothing, shift(8, 4) @ np.diag([0.5, 0.5, 1.0])), np.eye(3))
    expected = below.copy()
    expected[4:12, 8:16] = 90
    np.testing.assert_array_equal(result, expected)
    askew = np.array([[0.9, -0.4, 20], [0.4, 0.9, 10], [0, 0, 1]])
    result = below.copy()
    lay_over(result, plate, overlay_of(nothing, np.eye(3)), askew)
    y, x = np.nonzero((result != below).any(axis=2))
    places = np.linalg.inv(askew) @ [x + 0.5, y + 0.5, np.ones(len(x))]
    assert len(x) and places[:2].min() > -0.8 and places[:2].max() < 16.8  # not the box around it


def test_a_soft_edge_enlarged_mixes_person_and_plate_only():
    """The person is white where the mask is open and black, which nobody may see, where it is closed."""
    open_here = (torch.arange(16) < 8).float().expand(1, 1, 16, 16)
    layers = Layers(open_here.expand(1, 3, 16, 16) * 2 - 1, open_here, torch.zeros(1, 1, 16, 16))
    plate = np.full((64, 64, 3), 255, np.uint8)
    result = laid(plate, layers, np.diag([4.0, 4.0, 1.0]))
    assert result.min() > 245  # white over white: a dark seam would be the hidden black


def test_a_whole_frame_hides_what_is_behind():
    frame = torch.rand(3, 16, 16) * 2 - 1
    result = np.zeros((16, 16, 3), np.uint8)
    lay_over(result, result.copy(), opaque(frame), np.eye(3))
    np.testing.assert_array_equal(result, to_picture(frame))


def test_a_residual_is_added_and_clipped():
    picture = np.full((40, 40, 3), 200, np.uint8)
    add_residual(picture, np.full((8, 8, 3), 100.0, np.float32), np.array([[1.0, 0, 10], [0, 1.0, 5], [0, 0, 1]]))
    expected = np.full((40, 40, 3), 200)
    expected[5:13, 10:18] = 255
    np.testing.assert_array_equal(picture, expected)
    add_residual(picture, np.full((8, 8, 3), -100.0, np.float32), np.array([[-1.0, 0, 38], [0, 1.0, 30], [0, 0, 1]]))
    assert (picture[30:38, 30:38] == 100).all() and (picture[:, 38:] == 200).all()
