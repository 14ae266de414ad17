"""Training data: which pairs count, and that picture and pose belong together."""

from fractions import Fraction

import numpy as np
import pytest
import torch

from pipeline.body.data import PairDataset, consecutive_pairs
from pipeline.clips.scaling import resize, scale_joints
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import bodies_seen
from pipeline.face.data import FaceDataset
from pipeline.networks.pictures import to_float, to_picture, to_planes, to_tensor
from pipeline.training.frames import TrainingFrames
from pipeline.user.cli import UserError


def joints_seen(frames):
    joints = np.zeros((frames, 137, 3), np.float32)
    joints[:, :25] = [20, 30, 1]
    return joints


@pytest.fixture
def store(tmp_path):
    """Eight frames of 64 x 64, each of one grey level: 30 t."""
    frames = (StoredFrame(np.full((64, 64, 3), 30 * t, np.uint8), 0, t / 30) for t in range(8))
    write_frames(tmp_path / "frames.parquet", frames, 64, 64, Fraction(30))
    return tmp_path / "frames.parquet"


def test_pictures_and_tensors_round_trip():
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    np.testing.assert_array_equal(to_picture(to_tensor(picture)), picture)
    assert to_tensor(np.array([[[0, 255, 0]]], np.uint8)).flatten().tolist() == [-1, 1, -1]


def test_shrinking_averages_whole_blocks():
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    blocks = picture.reshape(4, 2, 4, 2, 3).astype(float).mean((1, 3))
    np.testing.assert_allclose(resize(picture, 4, 4), blocks, atol=0.51)


def test_the_bytes_that_a_loader_sends_become_the_numbers_of_a_plain_conversion():
    everything = np.arange(256, dtype=np.uint8)
    expected = torch.from_numpy(everything).float() / 127.5 - 1
    for device in ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",):
        assert torch.equal(to_float(torch.from_numpy(everything).to(device)).cpu(), expected)
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    assert torch.equal(to_float(torch.stack([to_planes(picture)])[0]), to_tensor(picture))


def test_a_body_is_seen_where_any_of_its_joints_is(monkeypatch):
    joints = joints_seen(10)
    joints[4, :25] = 0
    joints[7, :, 2] = 0
    joints[7, 3, 2] = 0.4
    monkeypatch.setattr("pipeline.clips.track.BLOCK", 3)
    assert np.flatnonzero(~bodies_seen(joints)).tolist() == [4]


def test_pairs_stay_inside_their_part_and_need_a_body_in_both_frames():
    seen = np.arange(10) != 4
    assert consecutive_pairs(np.arange(1, 10), seen, 0, 8).tolist() == [1, 2, 3, 6, 7]
    assert consecutive_pairs(np.array([2, 9]), seen, 0, 10).tolist() == [2, 9]  # 3..8 follow no frame: cuts
    assert consecutive_pairs(np.arange(1, 10), seen, 6, 10).tolist() == [7, 8, 9]  # 6 would reach across the gap
    with pytest.raises(UserError, match="no two consecutive frames"):
        consecutive_pairs(np.array([5]), seen, 0, 10)


def test_pairs_are_consecutive_frames_with_their_poses(store):
    joints = joints_seen(8)
    joints[:, 0] = [[8 * t, 32, 1] for t in range(8)]  # the nose walks to the right
    frames = TrainingFrames(FrameStore(store), joints, 32, 32)
    poses, pictures = PairDataset(frames, np.array([1, 5]))[1]
    assert poses.shape == pictures.shape == (2, 3, 32, 32)
    assert poses.dtype == pictures.dtype == torch.uint8
    grey = [picture.float().mean().item() for picture in pictures]
    assert grey == pytest.approx([120, 150], abs=1.5)
    torch.testing.assert_close(poses[1], frames[5][0])
    assert not torch.equal(poses[0], poses[1])


def test_scaling_joints_keeps_confidence():
    joints = np.array([[10.0, 20.0, 0.7]], np.float32)
    np.testing.assert_allclose(scale_joints(joints, 0.5), [[5, 10, 0.7]])


def test_face_crops_of_pose_generated_and_real_come_from_the_same_box(store):
    joints = joints_seen(8)
    frames = TrainingFrames(FrameStore(store), joints, 64, 64)
    crops = np.zeros((8, 3, 16, 16), np.float16)
    crops[6] = 0.25
    boxes = np.full((8, 4), -1)
    boxes[6] = [12, 22, 28, 38]
    pose, generated, real = FaceDataset(frames, crops, boxes, np.array([6]))[0]
    torch.testing.assert_close(pose, frames[6][0][:, 22:38, 12:28])
    assert (generated == 0.25).all()
    assert generated.dtype == torch.float16
    assert real.float().mean().item() == pytest.approx(180, abs=1.5)


def test_the_store_is_read_in_colour_order(tmp_path):
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    write_frames(tmp_path / "f.parquet", [StoredFrame(red, 0, t / 30) for t in (0, 1)], 16, 16, Fraction(30))
    _, picture = TrainingFrames(FrameStore(tmp_path / "f.parquet"), joints_seen(2), 16, 16)[0]
    assert picture[0].float().mean() > 240 > 15 > picture[2].float().mean()
