import numpy as np
import pytest

from dancers.joints import Landmarks
from dancers.motion import load_motions
from dancers.skeleton import Skeleton
from pipeline.clips import layout

STILL = np.tile(np.eye(3, 4), (200, 1, 1))


@pytest.fixture
def joints(template, body):
    """The joints of the rest pose."""
    return Landmarks(template, *body).positions(STILL)


def mirror_order():
    """The joint that is at the same place on the other side, by OpenPose's layouts."""
    body = [0, 1, 5, 6, 7, 2, 3, 4, 8, 12, 13, 14, 9, 10, 11, 16, 15, 18, 17, 22, 23, 24, 19, 20, 21]
    face = [*range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, 35, 34, 33, 32, 31, 45, 44, 43, 42, 47, 46, 39, 38,
            37, 36, 41, 40, 54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65, 69, 68]
    return np.array(body + [25 + joint for joint in face] + [*range(116, 137), *range(95, 116)])


def test_left_and_right_mirror_each_other(joints):
    np.testing.assert_allclose(joints[mirror_order()] * [-1, 1, 1], joints, atol=2e-3)


def test_left_is_to_the_left(joints):
    left = [layout.LEFT_SHOULDER, layout.LEFT_ELBOW, layout.LEFT_WRIST, layout.LEFT_HIP, layout.LEFT_KNEE,
            layout.LEFT_ANKLE, layout.LEFT_EYE, layout.LEFT_EAR, layout.LEFT_BIG_TOE, layout.LEFT_HEEL]
    assert (joints[left, 0] > 0.02).all()
    assert (joints[layout.LEFT_HAND, 0] > 0.3).all()


def test_body_joints_are_in_order_from_head_to_toe(joints):
    column = [layout.NOSE, layout.NECK, layout.MID_HIP, layout.LEFT_KNEE, layout.LEFT_ANKLE, layout.LEFT_BIG_TOE]
    assert (np.diff(joints[column, 2]) < 0).all()


def test_nose_is_in_front_of_eyes_and_eyes_of_ears(joints):
    depth = joints[[layout.NOSE, layout.LEFT_EYE, layout.LEFT_EAR], 1]
    assert (np.diff(depth) > 0.01).all()


def test_toes_are_in_front_of_the_ankle_and_the_heel_behind(joints):
    assert joints[layout.LEFT_BIG_TOE, 1] < joints[layout.LEFT_ANKLE, 1] - 0.1
    assert joints[layout.LEFT_HEEL, 1] > joints[layout.LEFT_ANKLE, 1]
    assert joints[layout.LEFT_SMALL_TOE, 0] > joints[layout.LEFT_BIG_TOE, 0]


def test_the_face_is_laid_out_as_openpose_does(joints):
    face = joints[layout.FACE]
    assert (np.diff(face[:17, 0]) > -2e-3).all()  # the jaw from the person's right to their left
    assert face[8, 2] == face[:17, 2].min()  # its middle is the chin
    assert (np.diff(face[17:27, 0]) > 0).all()  # brows
    assert face[17:27, 2].min() > face[36:48, 2].max()  # above the eyes
    assert (np.diff(face[27:31, 2]) < 0).all()  # the bridge of the nose goes down
    np.testing.assert_allclose(face[30], joints[layout.NOSE])
    for upper, lower in ((slice(37, 39), slice(40, 42)), (slice(43, 45), slice(46, 48)), (slice(49, 54), slice(55, 60)),
                         (slice(61, 64), slice(65, 68))):
        assert face[upper, 2].min() > face[lower, 2].max()
    for pupil, eye in ((68, slice(36, 42)), (69, slice(42, 48))):
        assert (face[eye].min(axis=0)[[0, 2]] < face[pupil, [0, 2]]).all()
        assert (face[pupil, [0, 2]] < face[eye].max(axis=0)[[0, 2]]).all()


def test_fingers_go_from_the_wrist_to_the_tips(joints):
    for hand in (layout.LEFT_HAND, layout.RIGHT_HAND):
        away = np.linalg.norm(joints[hand] - joints[hand][0], axis=1)
        assert (np.diff(away[1:].reshape(5, 4), axis=1) > 0.01).all()
    np.testing.assert_allclose(joints[layout.LEFT_HAND][0], joints[layout.LEFT_WRIST])


def test_joints_move_rigidly_with_the_whole_body(template, body, joints):
    turn = np.array([[0, -1, 0, 2], [1, 0, 0, 3], [0, 0, 1, 4.0]])
    moved = Landmarks(template, *body).positions(np.tile(turn, (200, 1, 1)))
    np.testing.assert_allclose(moved, joints @ turn[:, :3].T + turn[:, 3], atol=1e-9)


def test_joints_follow_the_skeleton(template, body):
    rest, heads = body
    skeleton = Skeleton(template.bones, template.parents, heads)
    transforms = skeleton.solve(load_motions()["figures"].pose(3.3), sole=rest[:, 2].min())
    posed = Landmarks(template, rest, heads).positions(transforms)
    knee = skeleton.positions(transforms)[skeleton.bones.index("lowerleg01.L")]
    np.testing.assert_allclose(posed[layout.LEFT_KNEE], knee)


@pytest.mark.parametrize(("turn", "seen"), [(0, True), (35, True), (55, False), (180, False)])
def test_a_face_is_seen_when_it_looks_at_the_camera(template, body, turn, seen):
    angle = np.radians(turn)
    rotation = np.array([[np.cos(angle), -np.sin(angle), 0, 0], [np.sin(angle), np.cos(angle), 0, 0], [0, 0, 1.0, 0]])
    landmarks = Landmarks(template, *body)
    assert landmarks.faces_camera(np.tile(rotation, (200, 1, 1)), np.array([0, -5, 1.0])) is seen
