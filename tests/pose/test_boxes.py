"""Boxes: around the face of that very frame, steady, inside the picture; around the whole body."""

import numpy as np
import pytest

from pipeline.clips.layout import BODY, FACE
from pipeline.pose.boxes import body_boxes, face_boxes


@pytest.fixture
def walk(stand):
    """Forty frames of a person walking to the right by 2 px a frame, trembling a little."""
    tremble = np.random.default_rng(0).normal(0, 0.7, (40, 2))
    return np.stack([stand(100, 40 + 2 * t + tremble[t, 0], 120 + tremble[t, 1]) for t in range(40)])


def centres(boxes):
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def test_face_box_is_a_square_of_the_size_around_the_face(walk):
    boxes = face_boxes(walk, 32, 160, 128)
    assert boxes.dtype == np.int32 and boxes.shape == (40, 4)
    assert (boxes[:, 2:] - boxes[:, :2] == 32).all()
    middles = walk[:, FACE, :2].mean(axis=1)
    assert np.abs(centres(boxes) - middles).max() < 4
    points = walk[:, FACE, :2]
    assert ((points >= boxes[:, None, :2]) & (points <= boxes[:, None, 2:])).all()


def test_face_box_trembles_less_than_the_face(walk):
    def tremble(points):
        return np.abs(np.diff(points, n=2, axis=0)).mean()

    boxes = face_boxes(walk, 32, 160, 128)
    assert tremble(centres(boxes)) < 0.6 * tremble(np.rint(walk[:, FACE, :2].mean(axis=1)))


def test_a_face_that_jumps_is_still_in_the_box_of_its_own_frame(stand):
    joints = np.stack([stand(100, 30 if t < 10 else 120) for t in range(20)])
    boxes = face_boxes(joints, 32, 160, 128)
    points = joints[:, FACE, :2]
    assert ((points >= boxes[:, None, :2]) & (points <= boxes[:, None, 2:])).all()


def test_a_face_without_a_body_has_no_box(stand):
    joints = np.stack([stand(100, 60)] * 4)
    joints[2, BODY] = 0
    assert (face_boxes(joints, 32, 160, 128)[:, 0] >= 0).tolist() == [True, True, False, True]


def test_no_face_no_box_and_no_influence_on_others(stand):
    joints = np.stack([stand(100, 60)] * 6)
    joints[2, FACE] = 0
    joints[4, FACE] = 3, 3, 0
    boxes = face_boxes(joints, 32, 160, 128)
    assert (boxes[[2, 4]] == -1).all()
    assert (boxes[[0, 1, 3, 5]] == boxes[0]).all() and boxes[0, 0] >= 0
    assert (face_boxes(np.zeros_like(joints), 32, 160, 128) == -1).all()


@pytest.mark.parametrize("x, y", [(-20, 100), (300, 100), (64, 40), (64, 400), (1e6, -1e6)])
def test_boxes_stay_inside_the_picture(stand, x, y):
    joints = np.stack([stand(100, x, y)] * 3)
    face = face_boxes(joints, 32, 160, 128)
    body = body_boxes(joints, 160, 128, 0.1)
    for boxes in (face, body[body[:, 0] >= 0]):
        assert (boxes >= 0).all() and (boxes[:, 2:] <= (160, 128)).all()
        assert (boxes[:, :2] < boxes[:, 2:]).all()


def test_face_box_larger_than_the_picture_is_refused(walk):
    with pytest.raises(ValueError, match="64 px does not fit"):
        face_boxes(walk, 64, 160, 60)


def test_body_box_holds_every_joint_tightly(stand):
    joints = np.stack([stand(100, 64, 120)])
    points = joints[0, :, :2]
    box = body_boxes(joints, 160, 128, 0.0)[0]
    np.testing.assert_array_equal(box, [*np.floor(points.min(axis=0)), *np.ceil(points.max(axis=0))])
    wider = body_boxes(joints, 400, 400, 0.1)[0]
    side = np.ptp(points, axis=0).max()
    np.testing.assert_allclose(wider - box, 0.1 * side * np.array([-1, -1, 1, 1]), atol=1.01)


def test_body_box_ignores_joints_not_found_and_needs_a_body(stand):
    joints = np.stack([stand()] * 3)
    joints[1, 4] = 1e6, 1e6, 0
    joints[2, BODY] = 0
    boxes = body_boxes(joints, 160, 128, 0.0)
    np.testing.assert_array_equal(boxes[1], boxes[0])
    assert (boxes[2] == -1).all()
    outside = np.stack([stand(50, 1000, 120)])
    assert (body_boxes(outside, 160, 128, 0.1) == -1).all()
