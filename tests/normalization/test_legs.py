"""Legs that are not seen, on a made-up stick figure whose true legs are known."""

import numpy as np
import pytest

from pipeline.clips.layout import (
    LEFT_ANKLE,
    LEFT_BIG_TOE,
    LEFT_HEEL,
    LEFT_HIP,
    LEFT_KNEE,
    MID_HIP,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_BIG_TOE,
    RIGHT_HEEL,
    RIGHT_HIP,
    RIGHT_KNEE,
)  # fmt: skip
from pipeline.normalization.legs import AVERAGE, complete_legs, measure_build

FRAMES, FLOOR = 40, 400.0
THIGH, SHIN, TORSO = 90.0, 84.0, 100.0
SHAPE = {  # px from the ankles' row upwards, of somebody who stands
    NOSE: (0, SHIN + THIGH + TORSO + 30), NECK: (0, SHIN + THIGH + TORSO), MID_HIP: (0, SHIN + THIGH),
    LEFT_HIP: (15, SHIN + THIGH), RIGHT_HIP: (-15, SHIN + THIGH), LEFT_KNEE: (15, SHIN), RIGHT_KNEE: (-15, SHIN),
    LEFT_ANKLE: (15, 0), RIGHT_ANKLE: (-15, 0), LEFT_HEEL: (15, -6), RIGHT_HEEL: (-15, -6), LEFT_BIG_TOE: (22, -14),
    RIGHT_BIG_TOE: (-22, -14),
}  # fmt: skip
SHINS = [LEFT_ANKLE, LEFT_HEEL, LEFT_BIG_TOE, RIGHT_ANKLE, RIGHT_HEEL, RIGHT_BIG_TOE]
LEGS = [LEFT_KNEE, RIGHT_KNEE, *SHINS]


def figure():
    """It sways sideways."""
    joints = np.zeros((FRAMES, 137, 3), np.float32)
    for joint, (x, up) in SHAPE.items():
        joints[:, joint] = 200 + x, FLOOR - up, 1
    joints[..., 0] += np.where(joints[..., 2] > 0, 20 * np.sin(np.arange(FRAMES) / 5)[:, None], 0)
    return joints


def without(joints, gone, frames=slice(None)):
    joints = joints.copy()
    for joint in gone:
        joints[frames, joint] = 0
    return joints


def test_the_build_is_measured_in_torsos():
    build = measure_build(figure())
    assert build.thigh == pytest.approx(THIGH / TORSO) and build.shin == pytest.approx(SHIN / TORSO)
    np.testing.assert_allclose(build.foot, [[0, 0.06], [0, 0.14]], atol=1e-6)  # left and right feet cancel sideways
    assert measure_build(without(figure(), LEGS)) is not None
    unseen = measure_build(without(figure(), LEGS))
    assert (unseen.thigh, unseen.shin) == (AVERAGE.thigh, AVERAGE.shin)


def test_legs_that_are_seen_stay():
    joints = figure()
    completed, added = complete_legs(joints, AVERAGE)
    assert added == 0
    np.testing.assert_array_equal(completed, joints)


@pytest.mark.parametrize(("gone", "frames"), [(SHINS, slice(5, None)), (LEGS, slice(5, None)), (LEGS, slice(None))])
def test_what_is_missing_hangs_down_to_the_floor(gone, frames):
    """Behind a caption, and below the picture's edge."""
    joints = figure()
    build = measure_build(joints)
    completed, added = complete_legs(without(joints, gone, frames), build)
    assert added == FRAMES - (frames.start or 0)
    for joint in (LEFT_KNEE, RIGHT_KNEE, LEFT_ANKLE, RIGHT_ANKLE):
        np.testing.assert_allclose(completed[:, joint], joints[:, joint], atol=0.5)
    assert (np.abs(completed[:, LEFT_BIG_TOE, :2] - joints[:, LEFT_BIG_TOE, :2]) < 10).all()


def test_nothing_reaches_through_the_floor():
    """The dancer bends his knees, hips down, behind a caption."""
    joints = figure()
    build = measure_build(joints)
    joints[10:, [NOSE, NECK, MID_HIP, LEFT_HIP, RIGHT_HIP, LEFT_KNEE, RIGHT_KNEE], 1] += 30
    completed, _ = complete_legs(without(joints, SHINS, slice(10, None)), build)
    np.testing.assert_allclose(completed[10:, [LEFT_ANKLE, RIGHT_ANKLE], 1], FLOOR, atol=0.5)


def test_a_lifted_leg_hangs_from_its_knee():
    joints = figure()
    build = measure_build(joints)
    joints[10:, LEFT_KNEE, 1] -= 60
    completed, _ = complete_legs(without(joints, SHINS, slice(10, None)), build)
    np.testing.assert_allclose(completed[10:, LEFT_ANKLE, 1], FLOOR - 60, atol=0.5)
    np.testing.assert_allclose(completed[10:, RIGHT_ANKLE, 1], FLOOR, atol=0.5)


def test_who_lies_or_is_not_there_gets_no_legs():
    lying = figure()
    lying[..., :2] = lying[..., 1::-1]
    gone = without(lying, LEGS)
    completed, added = complete_legs(gone, AVERAGE)
    assert added == 0 and (completed == gone).all()
    nobody = np.zeros((3, 137, 3), np.float32)
    assert complete_legs(nobody, AVERAGE)[1] == 0


def test_nothing_hangs_from_hips_without_a_torso():
    joints = without(figure(), [NECK, *LEGS])
    assert measure_build(joints) is AVERAGE
    completed, added = complete_legs(joints, AVERAGE)
    assert added == 0 and (completed == joints).all()
