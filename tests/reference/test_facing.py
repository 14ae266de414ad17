"""Which side of a person a pose shows, and what is made of the other one."""

import numpy as np
import pytest
from people import person

from pipeline.clips import layout as j
from pipeline.clips.layout import mirrored
from pipeline.reference.facing import side_shown, turned


def away(**where):
    """The person from behind: all that was on the right is on the left."""
    joints = mirrored(person(**where))
    assert joints[j.RIGHT_SHOULDER, 0] > joints[j.LEFT_SHOULDER, 0]
    return joints


def narrowed(joints, by):
    return (joints - (64, 0, 0)) * np.array([by, 1, 1], np.float32) + np.array([64, 0, 0], np.float32)


def test_right_is_on_the_left_of_who_faces_us_also_upside_down():
    for joints, side in ((person(), 1), (away(), -1)):
        assert side_shown(joints) == side
        assert side_shown(joints * np.array([-1, -1, 1], np.float32)) == side
    assert side_shown(np.stack([person(), away(), person(raised=80)])).tolist() == [1, -1, 1]


@pytest.mark.parametrize("missing", [[j.RIGHT_SHOULDER, j.LEFT_HIP], [j.NECK], [j.MID_HIP], range(137)])
def test_without_both_sides_or_the_trunk_there_is_no_telling(missing):
    joints = away()
    joints[list(missing), 2] = 0
    assert side_shown(joints) == 0


def test_who_is_seen_from_the_side_shows_neither_and_is_never_turned():
    assert [int(side_shown(narrowed(person(), by))) for by in (1, 0.5, 0.1, 0.02, -0.02, -0.1, -0.5)] == [
        1, 1, 0, 0, 0, 0, -1
    ]
    for by in (0.05, -0.05):
        profile = narrowed(person(raised=30), by)
        for side in (-1, 0, 1):
            np.testing.assert_array_equal(turned(profile, np.array(side)), profile)


def test_turned_round_a_person_looks_the_same_and_the_right_hand_is_the_left_one():
    poses = np.stack([person(raised=30), away(raised=30)])
    to_us = turned(poses, np.array([1, 1]))
    np.testing.assert_array_equal(to_us[0], poses[0])
    np.testing.assert_array_equal(to_us[1], person(raised=30))
    assert side_shown(turned(poses, np.array([-1, 1]))).tolist() == [-1, 1]
    np.testing.assert_array_equal(turned(to_us, np.array([1, 1])), to_us)
    np.testing.assert_array_equal(turned(poses, np.array([0, 0])), poses)
