"""Hands carried along by their forearms: they move as if they were stiff, and nothing else changes."""

import numpy as np
import pytest

from pipeline.clips import layout as j
from pipeline.normalization.hands import HANDS, carry_hands

FRAMES = 40
NONE = {"left_hand": 0, "right_hand": 0}


def swinging(seed=0):
    """Forearms that turn and move, each with a stiff hand: joints (frames, 137, 3), all found."""
    rng = np.random.default_rng(seed)
    joints = np.ones((FRAMES, 137, 3), np.float32)
    joints[..., :2] = rng.uniform(0, 500, (FRAMES, 137, 2))
    for hand, elbow, wrist in HANDS.values():
        shape = rng.uniform(-20, 20, (21, 2))
        shape[0] = 0  # a hand begins at its wrist
        angles = np.cumsum(rng.normal(0, 0.3, FRAMES))
        turns = np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1).reshape(-1, 2, 2)
        joints[:, wrist, :2] = joints[:, elbow, :2] + turns[:, 0] * rng.uniform(60, 90, (FRAMES, 1))
        joints[:, hand, :2] = joints[:, wrist, None, :2] + shape @ turns
    return joints


def lose(joints, name, frames):
    lost = joints.copy()
    lost[frames, HANDS[name][0]] = 0
    return lost


@pytest.mark.parametrize("name", HANDS)
@pytest.mark.parametrize("frames", [[7], [0, 1, 2], [39], list(range(1, 40))])
def test_a_stiff_hand_comes_back_where_it_was(name, frames):
    joints = swinging()
    carried, counts = carry_hands(lose(joints, name, frames))
    np.testing.assert_allclose(carried, joints, atol=1e-3)
    assert counts == NONE | {name: len(frames)}


def test_the_nearest_frame_gives_its_hand():
    joints = swinging()
    hand = HANDS["left_hand"][0]
    joints[10, hand, 2], joints[20, hand, 2] = 0.5, 0.7
    carried, _ = carry_hands(lose(joints, "left_hand", [11, 14, 15, 16, 19, *range(12, 14), *range(17, 19)]))
    np.testing.assert_allclose(carried[11:16, hand, 2], 0.5)
    np.testing.assert_allclose(carried[16:20, hand, 2], 0.7)


def test_a_hand_begins_at_its_forearms_end_and_one_that_was_found_elsewhere_counts_as_lost():
    joints = swinging()
    hand, _, wrist = HANDS["left_hand"]
    joints[:, hand, :2] += [6, -4]  # the hand's detector and the body's do not agree
    lost = lose(joints, "left_hand", [7, 8, 9])
    lost[6, hand, :2] += 100
    carried, counts = carry_hands(lost)
    np.testing.assert_allclose(carried[6:10, hand.start, :2], joints[6:10, wrist, :2], atol=1e-3)
    np.testing.assert_allclose(carried[6:10, hand, :2], joints[6:10, hand, :2] - [6, -4], atol=1e-3)
    assert counts == NONE | {"left_hand": 4}


def test_nothing_changes_where_nothing_is_lost_and_the_input_stays():
    joints = swinging()
    before = joints.copy()
    carried, counts = carry_hands(joints)
    np.testing.assert_array_equal(carried, before)
    np.testing.assert_array_equal(joints, before)
    assert counts == NONE


def test_a_hand_that_is_never_found_and_one_without_a_forearm_stay_missing():
    joints = lose(swinging(), "left_hand", slice(None))
    joints = lose(joints, "right_hand", [5, 6])
    joints[5, j.RIGHT_ELBOW] = 0
    joints[6, j.RIGHT_WRIST, :2] = joints[6, j.RIGHT_ELBOW, :2] + 2  # it points at the camera
    carried, counts = carry_hands(joints)
    np.testing.assert_array_equal(carried, joints)
    assert counts == NONE


def test_a_clip_without_arms_is_left_alone():
    joints = swinging()
    joints[:, [j.LEFT_ELBOW, j.RIGHT_ELBOW]] = 0
    joints = lose(joints, "left_hand", [3])
    np.testing.assert_array_equal(carry_hands(joints)[0], joints)
