from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.evaluation import baselines as module
from pipeline.evaluation.baselines import Baselines

COUNT, END = 30, 24


@pytest.fixture
def clip(tmp_path, walk):
    """A walk through the picture, at which the last six frames, all white, are not trained on."""
    person = walk(count=COUNT, speed=2, width=96)
    pictures = [person.picture(t) if t < END else np.full((64, 96, 3), 255, np.uint8) for t in range(COUNT)]
    stored = (StoredFrame(picture, 0, t / 30) for t, picture in enumerate(pictures))
    write_frames(tmp_path / "clip.parquet", stored, 96, 64, Fraction(30))
    return person, FrameStore(tmp_path / "clip.parquet")


def made(clip, joints=None):
    person, store = clip
    joints = person.joints() if joints is None else joints
    return Baselines(store, joints[:, :25], END)


def test_averages_are_numpys_over_the_training_frames(clip):
    frames = np.stack([clip[1].read(t) for t in range(END)]).astype(float)
    constants = made(clip).constants
    np.testing.assert_allclose(constants["mean_frame"], frames.mean(axis=0), atol=0.51)
    np.testing.assert_allclose(constants["empty_background"], np.median(frames, axis=0), atol=0.51)


def test_the_person_is_gone_from_the_empty_background(clip):
    person, _ = clip
    empty = made(clip).constants["empty_background"].astype(int)
    assert np.abs(empty - person.background()).max() < 12  # the store's JPEG


def test_at_most_so_many_frames_are_averaged(clip, monkeypatch):
    monkeypatch.setattr(module, "AVERAGED", 5)
    frames = np.stack([clip[1].read(t) for t in (0, 6, 12, 17, 23)]).astype(float)
    np.testing.assert_allclose(made(clip).constants["mean_frame"], frames.mean(axis=0), atol=0.51)


def test_pictures_are_as_large_as_the_stored_ones(clip):
    baselines = made(clip)
    assert baselines.constants["mean_frame"].shape == baselines.constants["empty_background"].shape == (64, 96, 3)
    np.testing.assert_array_equal(baselines.nearest_pose(clip[0].joints()[5]), clip[1].read(5))


@pytest.mark.parametrize(("moved", "expected"), [(0, 7), (2.9, 8), (-100, 0), (100, END - 1)])
def test_nearest_pose_is_a_training_frame(clip, moved, expected):
    pose = clip[0].joints()[7]
    pose[:, 0] += moved
    np.testing.assert_array_equal(made(clip).nearest_pose(pose), clip[1].read(expected))


def test_distance_is_the_mean_over_joints_found_in_both(clip):
    """Against every candidate by a loop: poses with joints missing at random."""
    person, store = clip
    random = np.random.default_rng(0)
    joints = person.joints()
    joints[:, :25, :2] += random.normal(0, 6, (COUNT, 25, 2))
    joints[:, :25, 2] = random.random((COUNT, 25)) < 0.8
    baselines = made(clip, joints)
    for t in range(0, COUNT, 3):
        pose = person.joints()[t]
        pose[:25, 2] = random.random(25) < 0.8
        means = []
        for candidate in joints[:END, :25]:
            both = [j for j in range(25) if pose[j, 2] > 0 and candidate[j, 2] > 0]
            means.append(np.mean([np.hypot(*(pose[j, :2] - candidate[j, :2])) for j in both]))
        np.testing.assert_array_equal(baselines.nearest_pose(pose), store.read(int(np.argmin(means))))


def test_a_frame_that_shares_few_joints_is_no_neighbour(clip):
    joints = clip[0].joints()
    joints[3, 1:25, 2] = 0  # one joint, at the very place asked for
    pose = clip[0].joints()[3]
    assert not np.array_equal(made(clip, joints).nearest_pose(pose), clip[1].read(3))


def test_without_any_joint_there_is_no_neighbour(clip):
    assert made(clip).nearest_pose(np.zeros((137, 3))) is None
    assert made(clip, np.zeros((COUNT, 137, 3), np.float32)).nearest_pose(clip[0].joints()[0]) is None
