"""Moments without anybody, in a dance along straight lines."""

import numpy as np

from pipeline.clips.layout import LEFT_HAND
from pipeline.normalization.gaps import bridge_gaps

FRAMES = 60


def dance():
    joints = np.zeros((FRAMES, 137, 3), np.float32)
    speed = np.random.default_rng(0).uniform(-3, 3, (137, 2))
    joints[..., :2] = 300 + np.arange(FRAMES)[:, None, None] * speed
    joints[..., 2] = 1
    return joints


def test_a_dancer_hidden_for_a_moment_is_led_on():
    joints = dance()
    hidden = joints.copy()
    hidden[20:35] = 0
    bridged, filled = bridge_gaps(hidden, np.zeros(FRAMES, int), 15)
    assert filled == 15
    np.testing.assert_allclose(bridged, joints, atol=1e-3)


def test_longer_gaps_and_cuts_and_ends_stay_empty():
    joints = dance()
    joints[:5] = joints[20:36] = joints[45:50] = joints[-3:] = 0
    bridged, filled = bridge_gaps(joints, (np.arange(FRAMES) >= 47).astype(int), 15)
    assert filled == 0
    np.testing.assert_array_equal(bridged, joints)


def test_what_is_missing_of_a_body_that_is_found_stays_missing():
    joints = dance()
    joints[10:14, LEFT_HAND] = 0
    joints[30:34] = 0
    bridged, filled = bridge_gaps(joints, np.zeros(FRAMES, int), 15)
    assert filled == 4 and (bridged[10:14, LEFT_HAND] == 0).all() and bridged[30:34, LEFT_HAND, 2].all()
