"""Squares around face and hands: around the part of that very frame, steady, and hands alike in their pictures."""

import numpy as np
import pytest

from pipeline.clips.layout import BODY, FACE, LEFT_HAND, RIGHT_HAND
from pipeline.clips.warp import transform
from pipeline.pose.parts import PARTS, part_matrix, part_squares

FPS = 30
FACES, LEFT, RIGHT = range(3)


@pytest.fixture
def walk(stand):
    """Forty frames of a person walking to the right by 2 px a frame, trembling a little."""
    tremble = np.random.default_rng(0).normal(0, 0.7, (40, 2))
    return np.stack([stand(100, 40 + 2 * t + tremble[t, 0], 120 + tremble[t, 1]) for t in range(40)])


def squares_of(joints):
    return part_squares(joints, np.zeros(len(joints), int), FPS)


def centres(squares):
    return (squares[..., :2] + squares[..., 2:]) / 2


def test_every_part_has_a_square_around_it(walk):
    squares = squares_of(walk)
    assert squares.shape == (40, len(PARTS), 4)
    sides = squares[..., 2:] - squares[..., :2]
    np.testing.assert_allclose(sides[..., 0], sides[..., 1])
    for part, span in enumerate((FACE, LEFT_HAND, RIGHT_HAND)):
        middles = np.median(walk[:, span, :2], axis=1)
        assert (np.abs(centres(squares[:, part]) - middles) <= sides[:, part] / 8 + 1e-6).all()


def test_a_square_trembles_less_than_its_part(walk):
    def tremble(points):
        return np.abs(np.diff(points, n=2, axis=0)).mean()

    assert tremble(centres(squares_of(walk)[:, FACES])) < 0.6 * tremble(walk[:, FACE, :2].mean(axis=1))


def test_no_part_no_square_and_no_influence_on_others(stand):
    joints = np.stack([stand(100, 60)] * 6)
    joints[2, FACE] = 0
    joints[4, FACE] = 3, 3, 0
    joints[5, BODY] = 0  # a face without a body
    squares = squares_of(joints)[:, FACES]
    assert np.isnan(squares[[2, 4, 5]]).all()
    np.testing.assert_allclose(squares[[0, 1, 3]], squares[[0, 0, 0]])
    assert np.isnan(squares_of(np.zeros_like(joints))).all()


def test_every_shot_is_smoothed_by_itself_in_blocks_of_any_length(walk, monkeypatch):
    shots = np.repeat([0, 1], [15, 25])
    whole = part_squares(walk, shots, FPS)
    jump = walk.copy()
    jump[15:, :, 0] += 500
    np.testing.assert_allclose(part_squares(jump, shots, FPS)[:15], whole[:15])
    for block in (1, 7):
        monkeypatch.setattr("pipeline.pose.parts.BLOCK", block)
        np.testing.assert_allclose(part_squares(walk, shots, FPS), whole)


def test_the_left_hand_is_shown_in_a_mirror():
    square = np.array([10.0, 20.0, 42.0, 52.0])
    corner = np.array([[0.0, 0.0], [64.0, 64.0]])
    np.testing.assert_allclose(transform(corner, part_matrix(square, 64, RIGHT)), [[10, 20], [42, 52]])
    np.testing.assert_allclose(transform(corner, part_matrix(square, 64, FACES)), [[10, 20], [42, 52]])
    np.testing.assert_allclose(transform(corner, part_matrix(square, 64, LEFT)), [[42, 20], [10, 52]])
