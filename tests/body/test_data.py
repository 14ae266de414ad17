"""Training data: which pairs count, and that picture and pose belong together."""

from fractions import Fraction

import numpy as np
import pytest
import torch
from people import LEFT_ARM, person
from still import still_clip

from pipeline.body.augmentation import Augmentation
from pipeline.body.data import PairDataset, consecutive_pairs
from pipeline.clips import layout as j
from pipeline.clips.scaling import resize, scale_joints
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import bodies_seen
from pipeline.face.data import PartDataset
from pipeline.networks.pictures import to_float, to_picture, to_planes, to_tensor
from pipeline.pose.picture import draw_pose
from pipeline.reference.references import references_of
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
    windows = np.tile([0.0, 0.0, 64.0, 64.0], (8, 1))
    frames = TrainingFrames(still_clip(store), joints, windows, 32, 32)
    poses, pictures, plate, known = PairDataset(frames, np.array([1, 5]))[1]
    assert poses.shape == pictures.shape == (2, 3, 32, 32) and plate.shape == (3, 32, 32)
    assert poses.dtype == pictures.dtype == plate.dtype == torch.uint8
    grey = [picture.float().mean().item() for picture in pictures]
    assert grey == pytest.approx([120, 150], abs=1.5)
    assert (plate == 128).all() and known.shape == (2, 8, 8)
    torch.testing.assert_close(poses[1], frames.pose(5, frames.view(5)))
    assert not torch.equal(poses[0], poses[1])


def test_both_frames_of_a_pair_are_seen_through_the_later_ones_window(store):
    joints = joints_seen(8)
    windows = np.tile([0.0, 0.0, 32.0, 32.0], (8, 1))
    windows[5] += 16
    frames = TrainingFrames(still_clip(store), joints, windows, 32, 32)
    poses, *_ = PairDataset(frames, np.array([5]))[0]
    expected = to_planes(draw_pose(joints[4] - np.array([16, 16, 0], np.float32), 32, 32))
    torch.testing.assert_close(poses[0], expected)


def test_what_is_augmented_moves_together(tmp_path):
    """A red dot at the nose: in every view, mirrored or not, it is where the pose picture's nose is."""
    rng = np.random.default_rng(0)
    noses = rng.uniform(24, 40, (6, 2))
    joints = np.zeros((6, 137, 3), np.float32)
    joints[:, j.NOSE, :2], joints[:, j.RIGHT_EYE, :2] = noses, noses + (0, 0.5)
    joints[:, [j.NOSE, j.RIGHT_EYE], 2] = 1

    def frame(t):
        y, x = np.mgrid[:64, :64] + 0.5
        picture = np.zeros((64, 64, 3), np.uint8)
        picture[..., 0] = 255 * (np.hypot(x - noses[t, 0], y - noses[t, 1]) < 3)
        return StoredFrame(picture, 0, t / 30)

    write_frames(tmp_path / "f.parquet", map(frame, range(6)), 64, 64, Fraction(30))
    frames = TrainingFrames(still_clip(tmp_path / "f.parquet"), joints, np.tile([0.0, 0, 64, 64], (6, 1)), 64, 64)
    dataset = PairDataset(frames, np.arange(1, 6), augmentation=Augmentation(0, mirror=True))
    places = []
    for item in range(40):
        poses, pictures, *_ = dataset[item]
        for pose, picture in zip(poses, pictures, strict=True):
            drawn = np.argwhere((pose != 255).any(0).numpy()).mean(axis=0)
            dot = np.argwhere(picture[0].numpy() > 128).mean(axis=0)
            assert np.abs(drawn - dot).max() < 1.5
            places.append(dot)
        assert torch.equal(dataset[item][0], poses)
    assert np.ptp(places, axis=0).min() > np.ptp(noses, axis=0).max() - 2


@pytest.mark.parametrize("mirror", [False, True])
def test_references_show_the_limbs_where_the_pair_has_them(tmp_path, mirror):
    """A red left hand: wherever a pair is seen, its references' hands lie where its own poses' are."""
    joints = np.stack([person(raised=angle) for angle in 60 * np.sin(np.arange(30) / 3)])
    hand = LEFT_ARM[-1]

    def frame(t):
        y, x = np.mgrid[:128, :128] + 0.5
        picture = np.zeros((128, 128, 3), np.uint8)
        picture[..., 0] = 255 * (np.hypot(x - joints[t, hand, 0], y - joints[t, hand, 1]) < 3)
        return StoredFrame(picture, 0, t / 10)

    write_frames(tmp_path / "f.parquet", map(frame, range(30)), 128, 128, Fraction(10))
    windows = np.tile([0.0, 0.0, 128.0, 128.0], (30, 1))
    frames = TrainingFrames(still_clip(tmp_path / "f.parquet"), joints, windows, 128, 128)
    references = references_of(frames.clip, joints, np.full(30, 100.0), np.ones(30, bool))
    dataset = PairDataset(frames, np.arange(1, 30), references, Augmentation(0, mirror) if mirror else None)
    for item in range(0, 29, 3):
        _, pictures, _, _, moved = dataset[item]
        assert moved.shape == (2, 5, 128, 128) and moved.dtype == torch.uint8
        for picture, reference in zip(pictures, moved, strict=True):
            # elsewhere the reference's own hand may show
            valid = torch.where(reference[3:].amin(dim=0) > 100, reference[0], 0)
            own, copied = (np.argwhere(each.numpy() > 180).mean(axis=0) for each in (picture[0], valid))
            assert np.abs(own - copied).max() < 2.5
            row, column = own.astype(int)
            assert reference[3:, row, column].min() > 150
        assert torch.equal(dataset[item][4], moved)


def test_scaling_joints_keeps_confidence():
    joints = np.array([[10.0, 20.0, 0.7]], np.float32)
    np.testing.assert_allclose(scale_joints(joints, 0.5), [[5, 10, 0.7]])


def test_crops_of_pose_generated_and_real_show_the_same_place(store):
    joints = joints_seen(8)
    frames = TrainingFrames(still_clip(store), joints, np.tile([0.0, 0.0, 64.0, 64.0], (8, 1)), 64, 64)
    crops = np.zeros((8, 3, 16, 16, 3), np.uint8)
    crops[6, 1] = 77
    squares = np.full((8, 3, 4), np.nan)
    squares[6, 1] = [12, 22, 28, 38]  # a left hand: seen in a mirror
    pose, generated, real, hand = PartDataset(frames, crops, squares, np.array([[6, 1]]), 16)[0]
    whole = frames.pose(6, frames.view(6))
    expected = whole[:, 22:38, 12:28].flip(2)
    assert (pose.float() - expected.float()).abs().mean() < 20  # its strokes are drawn afresh
    assert ((pose != 255).any() and (expected != 255).any()).item()
    assert (generated == 77).all() and hand.item()
    assert real.float().mean().item() == pytest.approx(180, abs=1.5)


def test_the_store_is_read_in_colour_order(tmp_path):
    red = np.zeros((16, 16, 3), np.uint8)
    red[..., 0] = 255
    write_frames(tmp_path / "f.parquet", [StoredFrame(red, 0, t / 30) for t in (0, 1)], 16, 16, Fraction(30))
    windows = np.tile([0.0, 0.0, 16.0, 16.0], (2, 1))
    frames = TrainingFrames(still_clip(tmp_path / "f.parquet"), joints_seen(2), windows, 16, 16)
    picture = to_planes(frames.picture(0, frames.view(0)))
    assert picture[0].float().mean() > 240 > 15 > picture[2].float().mean()
