"""Pose distance and missed detections, which read the same pairs of poses."""

import numpy as np
import pytest

from pipeline.clips.layout import BODY, FACE, LEFT_HAND, NUM_JOINTS, RIGHT_HAND
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.evaluation.missed_detections import missed_detections
from pipeline.evaluation.pose_distance import pose_distance


@pytest.fixture
def pose():
    """Every joint found, somewhere in a picture of 256x256."""
    joints = np.random.default_rng(0).uniform(0, 256, (NUM_JOINTS, 3)).astype(np.float32)
    joints[:, 2] = 0.9
    return joints


def test_groups_have_openposes_joints():
    assert {group: len(joints) for group, joints in GROUPS.items()} == {
        "body": 25, "face": 70, "hands": 42, "overall": 137,
    }  # fmt: skip


def test_equal_poses_have_no_distance_and_miss_nothing(pose):
    assert pose_distance(pose, pose) == dict.fromkeys(GROUPS, 0.0)
    assert missed_detections(pose, pose) == dict.fromkeys(GROUPS, 0)


def test_distance_is_the_mean_length_of_the_offsets(pose):
    moved = pose.copy()
    moved[BODY, :2] += (3, 4)  # 5 px
    moved[LEFT_HAND, :2] += (0, -2)  # 2 px, the right hand 0
    distance = pose_distance(pose, moved)
    assert distance == pytest.approx(
        {"body": 5, "face": 0, "hands": 1, "overall": (25 * 5 + 21 * 2) / 137}, abs=1e-5
    )
    assert distance == pose_distance(moved, pose)


def test_distance_counts_only_joints_found_in_both(pose):
    moved = pose.copy()
    moved[:, 0] += 1
    moved[0, 0] += 1000  # would show, were it counted
    moved[0, 2] = 0
    pose[1, 2], moved[1, 2] = 0, 0.9  # found in the generated frame only
    moved[1, 0] += 1000
    assert pose_distance(pose, moved) == pytest.approx(dict.fromkeys(GROUPS, 1), abs=1e-5)
    missed = missed_detections(pose, moved)
    assert missed == {"body": 1, "face": 0, "hands": 0, "overall": 1}


def test_a_group_without_common_joints_has_no_distance(pose):
    unseen = pose.copy()
    unseen[FACE] = 0
    unseen[RIGHT_HAND] = 0
    distance = pose_distance(pose, unseen)
    assert distance == {"body": 0, "face": None, "hands": 0, "overall": 0}
    assert missed_detections(pose, unseen) == {"body": 0, "face": 70, "hands": 21, "overall": 91}
    assert missed_detections(unseen, pose) == dict.fromkeys(GROUPS, 0)
    nothing = np.zeros_like(pose)
    assert pose_distance(nothing, nothing) == dict.fromkeys(GROUPS)


def test_distance_grows_with_noise(pose):
    noise = np.random.default_rng(1).normal(0, 1, (NUM_JOINTS, 2))
    distances = []
    for strength in (0.5, 2, 8):
        moved = pose.copy()
        moved[:, :2] += strength * noise
        distances.append(pose_distance(pose, moved)["overall"])
    assert distances == sorted(distances)
    expected = np.hypot(*noise.T).mean()
    assert distances == pytest.approx([0.5 * expected, 2 * expected, 8 * expected], rel=1e-3)
