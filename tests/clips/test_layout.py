"""Which joints count as found, and where that is decided."""

import numpy as np
import pytest

from pipeline.clips.layout import found_joints, found_only


def test_joints_without_confidence_are_not_found():
    joints = np.float32([[5, 6, 0], [5, 6, 1e-6], [0, 0, 1]])
    assert found_joints(joints).tolist() == [False, True, True]


@pytest.mark.parametrize(("limit", "left"), [(0.3, [3, 4]), (0, [1, 2, 3, 4]), (1, [4])])
def test_of_detections_only_those_with_enough_confidence_are_found(limit, left):
    joints = np.float32([[[5, 6, confidence] for confidence in (0, 0.01, 0.29, 0.3, 1)]])
    before = joints.copy()
    found = found_only(joints, limit)
    assert found.dtype == np.float32 and np.flatnonzero(found_joints(found)[0]).tolist() == left
    np.testing.assert_array_equal(found[0, left], joints[0, left])
    np.testing.assert_array_equal(joints, before)


def test_what_a_detector_is_not_sure_of_leaves_nothing_behind():
    joints = np.float32([[1e9, np.nan, 0.29], [5, 6, 0.3]])
    assert found_only(joints, 0.3).tolist() == [[0, 0, 0], joints[1].tolist()]
