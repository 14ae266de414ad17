"""Smoothing against plain loops and dense matrices, and what it must never do: invent joints."""

import numpy as np
import pytest

from pipeline.params import Pose
from pipeline.pose import smoothing
from pipeline.pose.smoothing import BLOCK, filter_weight, smooth_blocks

LIMIT = 0.3
RATE = 30.0  # frames/s


def pose(median, gap, cutoff=None):
    return Pose(min_confidence=LIMIT, median_window=median, max_gap=gap, cutoff=cutoff)


def smooth(joints, params):
    """Of one shot."""
    return smoothing.smooth(joints, params, np.zeros(len(joints), int), RATE)


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
    np.testing.assert_allclose(smooth(joints, pose(5, 0)), expected, rtol=1e-5)


@pytest.mark.parametrize("params", [pose(7, 5), pose(1, 40), pose(31, 0), pose(3, 5, 4.0), pose(1, 0, 1.0)])
def test_a_long_clip_is_smoothed_in_blocks_as_if_in_one_piece(params, monkeypatch):
    rng = np.random.default_rng(0)
    joints = rng.uniform(0, 500, (2 * BLOCK + 30, 137, 3)).astype(np.float32)
    joints[..., 2] = np.where(rng.random(joints.shape[:2]) < 0.6, 0, rng.uniform(0, 1, joints.shape[:2]))
    joints[BLOCK - 20 : BLOCK + 15, :60, 2] = 0  # a gap across the blocks' border
    shots = np.searchsorted([700, BLOCK - 3, BLOCK + 4], np.arange(len(joints)), side="right")
    in_blocks = smoothing.smooth(joints, params, shots, RATE)
    assert [len(block) for block in smooth_blocks(joints, params, shots, RATE)] == [BLOCK, BLOCK, 30]
    monkeypatch.setattr("pipeline.pose.smoothing.BLOCK", len(joints))
    np.testing.assert_array_equal(in_blocks, smoothing.smooth(joints, params, shots, RATE))


def test_gaps_are_filled_as_numpy_interpolates():
    rng = np.random.default_rng(3)
    joints = rng.uniform(0, 500, (200, 137, 3)).astype(np.float32)
    joints[..., 2] = np.where(rng.random((200, 137)) < 0.5, 0, rng.uniform(LIMIT, 1, (200, 137)))
    result = smooth(joints, pose(1, 200))
    for k in range(137):
        known = np.flatnonzero(joints[:, k, 2])
        inside = np.arange(known[0], known[-1] + 1)
        for axis in range(3):
            expected = np.interp(inside, known, joints[known, k, axis]).astype(np.float32)
            np.testing.assert_array_equal(result[inside, k, axis], expected)


def test_one_wild_frame_is_removed():
    result = smooth(clip([5, 5, 5, 400, 5, 5, 5]), pose(7, 0))
    assert result[:, 10, 0].tolist() == [5] * 7
    assert result[:, 10, 1].tolist() == [-10] * 7


def test_uncertain_detections_do_not_count():
    result = smooth(clip([5, 5, 900, 5, 5], [1, 1, 0.2, 1, 1]), pose(5, 0))
    assert result[:, 10, 0].tolist() == [5, 5, 0, 5, 5]
    assert result[2, 10].tolist() == [0, 0, 0]


@pytest.mark.parametrize("gap", [1, 3, 4])
def test_gaps_up_to_the_limit_become_a_straight_line_and_longer_ones_stay_open(gap):
    length = gap + 4
    confidences = np.full(length, 0.8)
    confidences[2 : 2 + gap] = 0
    result = smooth(clip(np.where(confidences > 0, np.arange(length), 77), confidences), pose(1, 3))
    if gap <= 3:
        np.testing.assert_allclose(result[:, 10, 0], np.arange(length), atol=1e-5)
        np.testing.assert_allclose(result[:, 10, 2], 0.8, atol=1e-6)
    else:
        assert (result[2 : 2 + gap, 10] == 0).all()


def test_a_filled_joint_counts_as_found_and_nothing_else_does():
    confidences = [0, 0.9, 0.1, 0.3, 0, 0, 0.5, 0.1]
    result = smooth(clip(np.arange(8), confidences), pose(3, 1))
    assert (result[:, 10, 2] >= LIMIT).tolist() == [False, True, True, True, False, False, True, False]
    assert ((result[..., 2] >= LIMIT) | (result == 0).all(axis=-1)).all()


def test_beginning_and_end_are_not_extrapolated():
    result = smooth(clip(np.ones(6), [0, 0, 1, 1, 0, 0]), pose(3, 10))
    assert (result[:, 10, 2] > 0).tolist() == [False, False, True, True, False, False]


def test_window_one_without_gaps_changes_nothing_found_and_the_input_stays():
    joints = np.random.default_rng(1).uniform(0.4, 1, (9, 137, 3)).astype(np.float32)
    before = joints.copy()
    np.testing.assert_array_equal(smooth(joints, pose(1, 0)), before)
    smooth(joints, pose(7, 5))
    np.testing.assert_array_equal(joints, before)


def test_moves_with_the_picture(stand):
    rng = np.random.default_rng(2)
    joints = np.stack([stand(x=60 + t, height=100 + 5 * rng.standard_normal()) for t in range(12)])
    moved = joints.copy()
    moved[..., :2] = 2 * moved[..., :2] + 30
    result = smooth(joints, pose(5, 2))
    np.testing.assert_allclose(smooth(moved, pose(5, 2))[..., :2], 2 * result[..., :2] + 30, rtol=1e-5)


def test_the_filter_solves_whittakers_equations():
    rng = np.random.default_rng(4)
    joints = rng.uniform(0, 500, (40, 137, 3)).astype(np.float32)
    joints[..., 2] = 0.9
    joints[[5, 6, 25, 29], 3, 2] = 0
    result = smooth(joints, pose(1, 0, 4.0))
    weight = filter_weight(4.0, RATE)
    for k, runs in ((0, [(0, 40)]), (3, [(0, 5), (7, 25), (26, 29), (30, 40)])):
        for start, end in runs:
            differences = np.diff(np.eye(end - start), 3, axis=0)  # none of the run of three frames
            matrix = np.eye(end - start) + weight * differences.T @ differences
            expected = np.linalg.solve(matrix, joints[start:end, k, :2].astype(float))
            np.testing.assert_allclose(result[start:end, k, :2], expected, rtol=1e-5)
    np.testing.assert_array_equal(result[..., 2], joints[..., 2])
    assert (result[[5, 6, 25, 29], 3] == 0).all()


@pytest.mark.parametrize("rate", [25.0, 30.0, 59.94, 240.0])
def test_the_filter_halves_swings_of_the_cutoff_at_every_rate(rate):
    t = np.arange(round(8 * rate)) / rate
    for hertz, low, high in ((1.0, 0.99, 1.0), (4.0, 0.49, 0.51), (10.0, 0.0, 0.02)):
        wave = 100 * np.sin(2 * np.pi * hertz * t)
        left = smoothing.smooth(clip(wave), pose(1, 0, 4.0), np.zeros(len(t), int), rate)[:, 10, 0]
        left, wave = (values[len(t) // 4 : -len(t) // 4] for values in (left, wave))  # without the ends
        share = (left @ wave) / (wave @ wave)
        assert low <= share <= high, hertz
        np.testing.assert_allclose(left, share * wave, atol=0.1)  # nothing lags


def test_no_filter_without_a_cutoff_or_where_no_frame_could_show_such_swings():
    assert filter_weight(None, RATE) == 0
    assert filter_weight(15.0, RATE) == 0
    assert filter_weight(14.9, RATE) == pytest.approx(1 / 64, rel=0.01)


def test_the_filter_keeps_even_accelerations_and_takes_out_most_of_a_tremor():
    t = np.arange(60.0)
    swing = 100 + 2 * t + 0.05 * t**2
    np.testing.assert_allclose(smooth(clip(swing), pose(1, 0, 4.0))[:, 10, 0], swing, rtol=1e-5)
    tremor = np.random.default_rng(5).normal(0, 1, 60)
    left = smooth(clip(swing + tremor), pose(1, 0, 4.0))[:, 10, 0] - swing
    assert left.std() < 0.7 and np.diff(left, 2).std() < 0.25 * np.diff(tremor, 2).std()


def test_every_shot_is_smoothed_for_itself():
    joints = clip([100.0] * 20 + [300.0] * 20)
    joints[:, 11] = joints[:, 10]
    joints[18:22, 11] = 0  # a gap that ends in another shot is not filled
    shots = np.arange(40) // 20
    result = smoothing.smooth(joints, pose(3, 5, 4.0), shots, RATE)
    np.testing.assert_allclose(result[:, 10], joints[:, 10], rtol=1e-6)
    assert (result[18:22, 11] == 0).all()
    alone = [smooth(part, pose(3, 5, 4.0)) for part in (joints[:20], joints[20:])]
    np.testing.assert_array_equal(result, np.concatenate(alone))
