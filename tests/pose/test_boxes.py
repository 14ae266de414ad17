"""Boxes: around the face of that very frame, steady, inside the picture; around the whole body."""

import numpy as np
import pytest

from pipeline.clips.layout import BODY, FACE
from pipeline.pose.boxes import body_boxes, face_boxes
from pipeline.pose.parts import part_squares


def face(joints, width, height):
    return face_boxes(joints, np.zeros(len(joints), int), 30, width, height)


def test_face_box_is_the_parts_square_in_whole_pixels(stand):
    joints = np.stack([stand(100, 40 + 2 * t, 120) for t in range(40)])
    boxes, squares = face(joints, 160, 128), part_squares(joints, np.zeros(40, int), 30)[:, 0]
    assert boxes.dtype == np.int32 and boxes.shape == (40, 4)
    assert np.abs(boxes - squares).max() <= 1
    assert np.ptp(boxes[:, 2:] - boxes[:, :2]) == 0


def test_no_face_no_box(stand):
    joints = np.stack([stand(100, 60)] * 4)
    joints[1, FACE] = 0
    joints[2, BODY] = 0
    assert (face(joints, 160, 128)[:, 0] >= 0).tolist() == [True, False, False, True]
    assert (face(np.zeros_like(joints), 160, 128) == -1).all()


@pytest.mark.parametrize("x, y", [(-20, 100), (300, 100), (64, 40), (64, 400), (1e6, -1e6)])
def test_boxes_stay_inside_the_picture(stand, x, y):
    joints = np.stack([stand(100, x, y)] * 3)
    body = body_boxes(joints, 160, 128, 0.1)
    for boxes in (face(joints, 160, 128), body[body[:, 0] >= 0]):
        assert (boxes >= 0).all() and (boxes[:, 2:] <= (160, 128)).all()
        assert (boxes[:, :2] < boxes[:, 2:]).all()


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
