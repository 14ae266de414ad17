"""Smoothing against a plain loop, and what it must never do: invent joints."""

import numpy as np
import pytest

from pipeline.pose.smoothing import BLOCK, smooth, smooth_blocks

LIMIT = 0.3


def clip(values, confidences=None):
    """A clip whose joint 10 has x = values and y = -2 values; the other joints are not found."""
    joints = np.zeros((len(values), 137, 3), np.float32)
    joints[:, 10, 0] = values
    joints[:, 10, 1] = -2 * np.array(values)
    joints[:, 10, 2] = 1 if confidences is None else confidences
    return joints


def test_equals_a_plain_loop_over_frames_and_joints():
    rng = np.random.default_rng(0)
    joints = rng.uniform(0, 100, (40, 137, 3)).astype(np.float32)
    joints[..., 2] = rng.uniform(0, 1, (40, 137))
    expected = np.zeros_like(joints)
    for t in range(40):
        for k in range(137):
            if joints[t, k, 2] >= LIMIT:
                near = joints[max(0, t - 2) : t + 3, k]
                expected[t, k, :2] = np.median(near[near[:, 2] >= LIMIT, :2].astype(np.float64), axis=0)
                expected[t, k, 2] = joints[t, k, 2]
    np.testing.assert_allclose(smooth(joints, 5, 0, LIMIT), expected, rtol=1e-5)


@pytest.mark.parametrize(("window", "gap"), [(7, 5), (1, 40), (31, 0)])
def test_a_long_clip_is_smoothed_in_blocks_as_if_in_one_piece(window, gap, monkeypatch):
    rng = np.random.default_rng(0)
    joints = rng.uniform(0, 500, (2 * BLOCK + 30, 137, 3)).astype(np.float32)
    joints[..., 2] = np.where(rng.random(joints.shape[:2]) < 0.6, 0, rng.uniform(0, 1, joints.shape[:2]))
    joints[BLOCK - 20 : BLOCK + 15, :60, 2] = 0  # a gap across the blocks' border
    in_blocks = smooth(joints, window, gap, LIMIT)
    assert [len(block) for block in smooth_blocks(joints, window, gap, LIMIT)] == [BLOCK, BLOCK, 30]
    monkeypatch.setattr("pipeline.pose.smoothing.BLOCK", len(joints))
    np.testing.assert_array_equal(in_blocks, smooth(joints, window, gap, LIMIT))


def test_gaps_are_filled_as_numpy_interpolates():
    rng = np.random.default_rng(3)
    joints = rng.uniform(0, 500, (200, 137, 3)).astype(np.float32)
    joints[..., 2] = np.where(rng.random((200, 137)) < 0.5, 0, rng.uniform(LIMIT, 1, (200, 137)))
    result = smooth(joints, 1, 200, LIMIT)
    for k in range(137):
        known = np.flatnonzero(joints[:, k, 2])
        inside = np.arange(known[0], known[-1] + 1)
        for axis in range(3):
            expected = np.interp(inside, known, joints[known, k, axis]).astype(np.float32)
            np.testing.assert_array_equal(result[inside, k, axis], expected)


def test_one_wild_frame_is_removed():
    result = smooth(clip([5, 5, 5, 400, 5, 5, 5]), 7, 0, LIMIT)
    assert result[:, 10, 0].tolist() == [5] * 7
    assert result[:, 10, 1].tolist() == [-10] * 7


def test_uncertain_detections_do_not_count():
    result = smooth(clip([5, 5, 900, 5, 5], [1, 1, 0.2, 1, 1]), 5, 0, LIMIT)
    assert result[:, 10, 0].tolist() == [5, 5, 0, 5, 5]
    assert result[2, 10].tolist() == [0, 0, 0]


@pytest.mark.parametrize("gap", [1, 3, 4])
def test_gaps_up_to_the_limit_become_a_straight_line_and_longer_ones_stay_open(gap):
    length = gap + 4
    confidences = np.full(length, 0.8)
    confidences[2 : 2 + gap] = 0
    result = smooth(clip(np.where(confidences > 0, np.arange(length), 77), confidences), 1, 3, LIMIT)
    if gap <= 3:
        np.testing.assert_allclose(result[:, 10, 0], np.arange(length), atol=1e-5)
        np.testing.assert_allclose(result[:, 10, 2], 0.8, atol=1e-6)
    else:
        assert (result[2 : 2 + gap, 10] == 0).all()


def test_a_filled_joint_counts_as_found_and_nothing_else_does():
    confidences = [0, 0.9, 0.1, 0.3, 0, 0, 0.5, 0.1]
    result = smooth(clip(np.arange(8), confidences), 3, 1, LIMIT)
    assert (result[:, 10, 2] >= LIMIT).tolist() == [False, True, True, True, False, False, True, False]
    assert ((result[..., 2] >= LIMIT) | (result == 0).all(axis=-1)).all()


def test_beginning_and_end_are_not_extrapolated():
    result = smooth(clip(np.ones(6), [0, 0, 1, 1, 0, 0]), 3, 10, LIMIT)
    assert (result[:, 10, 2] > 0).tolist() == [False, False, True, True, False, False]


def test_window_one_without_gaps_changes_nothing_found_and_the_input_stays():
    joints = np.random.default_rng(1).uniform(0.4, 1, (9, 137, 3)).astype(np.float32)
    before = joints.copy()
    np.testing.assert_array_equal(smooth(joints, 1, 0, LIMIT), before)
    smooth(joints, 7, 5, LIMIT)
    np.testing.assert_array_equal(joints, before)


def test_moves_with_the_picture(stand):
    rng = np.random.default_rng(2)
    joints = np.stack([stand(x=60 + t, height=100 + 5 * rng.standard_normal()) for t in range(12)])
    moved = joints.copy()
    moved[..., :2] = 2 * moved[..., :2] + 30
    result = smooth(joints, 5, 2, LIMIT)
    np.testing.assert_allclose(smooth(moved, 5, 2, LIMIT)[..., :2], 2 * result[..., :2] + 30, rtol=1e-5)
