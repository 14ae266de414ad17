"""Joints in a file: the same numbers as the array's, whoever asks."""

import multiprocessing

import numpy as np
import pytest

from pipeline.pose.joint_file import write_joints


@pytest.fixture
def joints():
    return np.random.default_rng(0).uniform(0, 500, (50, 137, 3)).astype(np.float32)


@pytest.fixture
def file(tmp_path, joints):
    return write_joints(tmp_path / "joints.f32", (joints[start : start + 20] for start in range(0, 50, 20)))


def test_frames_and_spans_are_the_arrays(file, joints):
    assert len(file) == 50
    for span in (slice(0, 50), slice(7, 30), slice(45, 99), slice(-3, None), slice(None), slice(9, 9), slice(50, 60)):
        np.testing.assert_array_equal(file[span], joints[span])
    for t in (0, np.int64(17), 49):
        np.testing.assert_array_equal(file[t], joints[t])
    np.testing.assert_array_equal(np.stack(list(file)), joints)


def test_frames_outside_are_refused(file):
    for t in (-1, 50):
        with pytest.raises(IndexError):
            file[t]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_may_read_too(file, joints, method):
    with multiprocessing.get_context(method).Pool(1) as pool:
        np.testing.assert_array_equal(pool.apply(file.__getitem__, (31,)), joints[31])


def test_a_failure_on_the_way_leaves_nothing(tmp_path, joints):
    def broken():
        yield joints
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_joints(tmp_path / "joints.f32", broken())
    assert list(tmp_path.iterdir()) == []
