"""Which side of a person a pose shows, and what is made of the other one."""

import numpy as np
from people import person

from pipeline.clips import layout as j
from pipeline.clips.layout import mirrored
from pipeline.reference.facing import faces_us, turned


def away(**where):
    """The person from behind: all that was on the right is on the left."""
    joints = mirrored(person(**where))
    assert joints[j.RIGHT_SHOULDER, 0] > joints[j.LEFT_SHOULDER, 0]
    return joints


def test_right_is_on_the_left_of_who_faces_us_also_upside_down():
    assert faces_us(person()) and not faces_us(away())
    for joints in (person(), away()):
        upside_down = joints * np.array([-1, -1, 1], np.float32)
        assert faces_us(upside_down) == faces_us(joints)
    assert faces_us(np.stack([person(), away(), person(raised=80)])).tolist() == [True, False, True]


def test_without_both_sides_a_person_is_taken_to_face_us():
    alone = away()
    alone[[j.RIGHT_SHOULDER, j.LEFT_HIP], 2] = 0
    assert faces_us(alone)
    hips = away()
    hips[j.RIGHT_SHOULDER, 2] = 0
    assert not faces_us(hips)
    headless = away()
    headless[j.NECK, 2] = 0
    assert not faces_us(headless)
    assert faces_us(np.zeros((137, 3), np.float32))


def test_turned_round_a_person_looks_the_same_and_the_right_hand_is_the_left_one():
    poses = np.stack([person(raised=30), away(raised=30)])
    to_us = turned(poses, np.array([True, True]))
    np.testing.assert_array_equal(to_us[0], poses[0])
    np.testing.assert_array_equal(to_us[1], person(raised=30))
    assert faces_us(turned(poses, np.array([False, True]))).tolist() == [False, True]
    np.testing.assert_array_equal(turned(to_us, np.array([True, True])), to_us)
