"""Augmented poses: what is moved and lost, by how much and how often, and that it is the same in a pair's frames."""

import numpy as np
import pytest

from pipeline.clips.layout import (
    BODY,
    FACE,
    LEFT_ANKLE,
    LEFT_HAND,
    LEFT_WRIST,
    NOSE,
    NUM_JOINTS,
    RIGHT_BIG_TOE,
    RIGHT_HAND,
    RIGHT_HEEL,
    RIGHT_WRIST,
)
from pipeline.pose.augmentation import Augmentation


@pytest.fixture
def poses():
    rng = np.random.default_rng(0)
    return np.concatenate([rng.uniform(0, 200, (3, NUM_JOINTS, 2)), np.ones((3, NUM_JOINTS, 1))], axis=2, dtype=np.float32)


def test_nothing_changes_without_jitter_and_dropout_and_never_what_is_given(poses):
    before = poses.copy()
    assert np.array_equal(Augmentation(0, 0)(poses, 200, np.random.default_rng(1)), before)
    Augmentation(0.1, 0.9)(poses, 200, np.random.default_rng(1))
    assert np.array_equal(poses, before)


def test_joints_move_by_a_share_of_the_height_alike_in_consecutive_frames(poses):
    shifts = []
    for seed in range(200):
        moved = Augmentation(0.01, 0)(poses, 400, np.random.default_rng(seed))
        assert np.array_equal(moved[..., 2], poses[..., 2])
        shift = (moved - poses)[..., :2]
        assert np.allclose(shift, shift[0], atol=1e-3)
        shifts.append(shift[0])
    shifts = np.array(shifts)
    assert shifts[:, BODY].std() == pytest.approx(4, rel=0.03)
    assert abs(shifts[:, BODY].mean()) < 0.15
    across = np.corrcoef(shifts[:, BODY].reshape(200, -1).T) - np.eye(50)
    assert abs(across).max() < 0.35  # of 200 samples: joints and axes independent


def test_face_and_hands_keep_their_shape_and_go_with_their_joint_of_the_body(poses):
    shift = Augmentation(0.02, 0)(poses, 100, np.random.default_rng(5)) - poses
    for joint, part in ((NOSE, FACE), (LEFT_WRIST, LEFT_HAND), (RIGHT_WRIST, RIGHT_HAND)):
        assert np.abs(shift[:, joint]).max() > 0
        assert np.allclose(shift[:, part], shift[:, joint, None], atol=1e-4)


def test_parts_are_lost_whole_as_often_as_asked_each_by_itself(poses):
    lost = []
    for seed in range(1000):
        confidence = Augmentation(0, 0.2)(poses, 100, np.random.default_rng(seed))[..., 2]
        assert (confidence == confidence[0]).all()
        assert len(set(confidence[0, FACE])) == len(set(confidence[0, LEFT_HAND])) == 1
        assert confidence[0, RIGHT_BIG_TOE] == confidence[0, RIGHT_HEEL]
        assert confidence[0, NOSE] == confidence[0, LEFT_WRIST] == 1  # the body itself stays
        lost.append(confidence[0, [FACE.start, LEFT_HAND.start, RIGHT_HAND.start, RIGHT_HEEL, LEFT_ANKLE]] == 0)
    assert np.allclose(np.mean(lost, axis=0), 0.2, atol=0.04)
    assert abs(np.corrcoef(np.array(lost).T) - np.eye(5)).max() < 0.12
