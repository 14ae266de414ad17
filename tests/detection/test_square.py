"""Turned squares: round trips, and that a cut shows what lies where it says."""

from math import degrees, hypot, radians

import cv2
import numpy as np
import pytest

from pipeline.detection.square import (
    Square,
    Steadiness,
    about,
    around_frame,
    bounding,
    bounding_turned,
    upright,
)  # fmt: skip

TURNED = Square(140, 90, 120, radians(35))
POINTS = np.random.default_rng(0).uniform(0, 200, (50, 2))


def test_to_the_frame_and_back():
    np.testing.assert_allclose(TURNED.from_frame(TURNED.to_frame(POINTS)), POINTS)
    np.testing.assert_allclose(TURNED.to_frame(np.array([0.5, 0.5])), [140, 90])
    corners = TURNED.to_frame(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float))
    sides = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    np.testing.assert_allclose(sides, 120)
    assert corners[1, 1] > corners[0, 1]  # clockwise: its right end has gone down


@pytest.mark.parametrize("size", [48, 240])
def test_what_a_cut_shows_lies_where_it_says(size):
    frame = np.zeros((200, 300, 3), np.uint8)
    spots = TURNED.to_frame(np.array([[0.2, 0.3], [0.7, 0.25], [0.4, 0.8]]))
    for number, (x, y) in enumerate(spots.round().astype(int)):
        cv2.circle(frame, (x, y), 4, tuple(255 if channel == number else 0 for channel in range(3)), -1)
    cut = TURNED.cut(frame, size)
    assert cut.shape == (size, size, 3) and cut.dtype == np.float32 and 0.9 < cut.max() <= 1
    for number in range(3):
        ys, xs = np.nonzero(cut[..., number] > 0.5)
        found = TURNED.to_frame(np.array([xs.mean(), ys.mean()]) / size)
        assert hypot(*(found - spots[number].round())) < 1


def test_the_values_and_the_border_of_a_cut():
    frame = np.full((100, 50, 3), 255, np.uint8)
    square = around_frame(frame)
    assert (square.x, square.y, square.side, square.angle) == (25, 50, 100, 0)
    assert (square.cut(frame, 20) == 1).all()
    black = square.cut(frame, 20, (-1, 1), cv2.BORDER_CONSTANT)
    assert (black[:, :4] == -1).all() and (black[:, 7:13] == 1).all()


def test_moved_down_its_own_axis_and_scaled():
    moved = TURNED.moved(0.5, 2)
    np.testing.assert_allclose([moved.x, moved.y], TURNED.to_frame(np.array([0.5, 1.0])))
    assert (moved.side, moved.angle) == (240, TURNED.angle)


@pytest.mark.parametrize("target", [0, 90, -90])
def test_in_an_upright_square_the_way_points_to_the_target(target):
    for way in POINTS.reshape(-1, 2, 2):
        square = about(way, target)
        start, end = square.from_frame(way)
        np.testing.assert_allclose(start, 0.5)
        np.testing.assert_allclose(end - start, [[0.5, 0], [0, -0.5], [0, 0.5]][[0, 90, -90].index(target)], atol=1e-12)
        assert square.angle == upright(way, target) and -np.pi <= square.angle <= np.pi


def test_the_smallest_squares_around_points():
    square = bounding(POINTS, 0.3)
    low, high = POINTS.min(axis=0), POINTS.max(axis=0)
    np.testing.assert_allclose([square.x, square.y, square.side], [*(low + high) / 2, (high - low).max()])
    assert square.angle == 0.3
    turned = bounding_turned(POINTS, 0.3)
    inside = turned.from_frame(POINTS)
    np.testing.assert_allclose(np.ptp(inside, axis=0).max(), 1)
    np.testing.assert_allclose((inside.min(axis=0) + inside.max(axis=0)) / 2, 0.5)


def test_what_is_steady():
    steady = Steadiness(angle=10, way=0.1, growth=0.2, margin=0)
    points = TURNED.to_frame(np.array([[0.1, 0.1], [0.9, 0.9]]))
    assert steady.holds(TURNED, TURNED, points)
    about_it = {"x": TURNED.x, "y": TURNED.y, "side": TURNED.side, "angle": TURNED.angle}
    for change in ({"angle": radians(46)}, {"side": 150}, {"side": 90}, {"x": 160}):
        assert not steady.holds(Square(**about_it | change), TURNED, points), change
    for change in ({"angle": radians(44)}, {"side": 140}, {"x": 148}):
        assert steady.holds(Square(**about_it | change), TURNED, points), change
    near_turn = Square(0, 0, 100, radians(179)), Square(0, 0, 100, radians(-179))
    assert steady.holds(*near_turn, np.zeros((1, 2))), degrees(near_turn[0].angle)
    assert not steady.holds(TURNED, TURNED, TURNED.to_frame(np.array([[1.1, 0.5]])))
    assert Steadiness(10, 0.1, 0.2, 0.3).holds(TURNED, TURNED, TURNED.to_frame(np.array([[1.1, 0.5]])))
