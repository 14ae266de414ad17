"""How tall a person is: whatever the pose, and steady in time."""

import numpy as np
import pytest

from pipeline.clips import layout as j
from pipeline.pose.stature import person_height, statures


def upright(height):
    """Only what tells: the trunk and a shin."""
    joints = np.zeros((137, 3), np.float32)
    joints[j.NECK], joints[j.MID_HIP] = (0, 100, 1), (0, 100 + 0.3 * height, 1)
    joints[j.RIGHT_KNEE], joints[j.RIGHT_ANKLE] = (50, 300, 1), (50, 300 + 0.24 * height, 1)
    return joints


def test_the_longest_bone_tells():
    joints = upright(200)
    assert person_height(joints) == pytest.approx(200)
    joints[j.RIGHT_ANKLE, 1] -= 30  # foreshortened
    assert person_height(joints) == pytest.approx(200)
    joints[j.NECK, 2] = 0
    assert person_height(joints) == pytest.approx((0.24 * 200 - 30) / 0.24)
    assert person_height(np.zeros((137, 3))) == 0


def test_several_poses_at_once_are_measured_like_one():
    poses = np.stack([upright(height) for height in (50, 100, 300)])
    np.testing.assert_allclose(person_height(poses), [person_height(pose) for pose in poses])


def test_a_bad_frame_changes_nothing_and_walking_nearer_does():
    heights = np.linspace(100, 200, 200)
    poses = np.stack([upright(height) for height in heights])
    poses[50] = upright(400)
    poses[90:95] = 0
    usual = statures(poses, np.zeros(200, int), 30)
    assert np.abs(usual[20:-50] / heights[20:-50] - 1).max() < 0.12
    assert abs(usual[50] - usual[49]) < 2


def test_shots_do_not_mix():
    poses = np.stack([upright(100)] * 20 + [upright(300)] * 20)
    usual = statures(poses, np.repeat([0, 1], 20), 30)
    np.testing.assert_allclose(usual, np.repeat([100, 300], 20))
    assert statures(np.zeros((5, 137, 3)), np.zeros(5, int), 30).tolist() == [0] * 5
