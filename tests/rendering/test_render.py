"""Rendering: the recursion of training, the face on top, and never fed back."""

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
import torch
from still import still_clip

from pipeline.clips.layout import FACE
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import PoseTrack
from pipeline.clips.warp import warp, window_matrix
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import to_picture, to_tensor
from pipeline.networks.weights import load_weights, save_weights, sha256
from pipeline.pose.picture import draw_pose
from pipeline.rendering.render import Renderer, follow_window
from pipeline.user.cli import UserError

CPU = torch.device("cpu")
SIZE = 64


@pytest.fixture
def track():
    """Five poses of a person whose face is seen in all but the third, in pixels of a canvas of 128 x 128."""
    rng = np.random.default_rng(0)
    joints = np.ones((5, 137, 3), np.float32)
    joints[:, :, :2] = rng.uniform(20, 108, (5, 137, 2))
    joints[:, FACE, :2] = rng.uniform(50, 70, (5, 70, 2))
    joints[2, FACE, 2] = 0
    return PoseTrack(joints, np.arange(5) / 30, Fraction(30), 128, 128, "made up")


@pytest.fixture
def clip(tmp_path):
    """A clip of five frames before a plate of noise."""
    black = np.zeros((128, 128, 3), np.uint8)
    write_frames(tmp_path / "f.parquet", (StoredFrame(black, 0, t / 30) for t in range(5)), 128, 128, Fraction(30))
    plate = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    return still_clip(tmp_path / "f.parquet", plate)


def make(folder, face_enabled, temporal=True, layered=False, window="frame", hands=False):
    torch.manual_seed(0)
    architecture = {"temporal": temporal, "ngf": 4, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None,
                    "layered": layered, "borders": window == "person"}
    generator = BodyGenerator(**architecture)
    body, face = folder / "body.safetensors", folder / "face.safetensors"
    header = {"architecture": architecture, "precision": "fp32",
              "view": {"window": window, "width": SIZE, "height": SIZE}}
    save_weights(body, generator.state_dict(), header)
    header, tensors = {"enabled": face_enabled, "body": sha256(body)}, {}
    if face_enabled:
        header |= {"architecture": {"ngf": 4, "downsamplings": 2, "blocks": 1}, "size": 32, "hands": hands}
        tensors = FaceGenerator(**header["architecture"]).state_dict()
    save_weights(face, tensors, header)
    return generator, body, face


def frames_of(renderer, track, shots=(0, 0, 0, 0, 0), cameras=None):
    cameras = np.tile(np.eye(3), (len(track), 1, 1)) if cameras is None else cameras
    return [frame for _, frame in renderer.render(track, np.array(shots), cameras)]


@pytest.mark.parametrize("temporal", [True, False])
def test_rendering_is_the_rollout_that_training_sees(tmp_path, track, clip, temporal):
    generator, body, face = make(tmp_path, face_enabled=False, temporal=temporal)
    poses = [
        to_tensor(draw_pose(joints * np.array([0.5, 0.5, 1], np.float32), SIZE, SIZE)) for joints in track.joints
    ]
    with torch.no_grad():
        expected = generator.rollout(torch.stack(poses)[None])[0][0]
    renderer = Renderer(body, face, clip, CPU)
    windows = renderer.body.view.windows(track, track.joints, np.zeros(5, int))
    made = list(renderer.body.run(track.joints, windows))
    for each, tensor in zip(made, expected, strict=True):
        torch.testing.assert_close(each.frame, tensor, atol=1e-4, rtol=1e-4)
    for picture, tensor in zip(frames_of(renderer, track), expected, strict=True):
        enlarged = cv2.resize(to_picture(tensor), (128, 128), interpolation=cv2.INTER_CUBIC)
        assert np.abs(picture[4:-4, 4:-4].astype(int) - enlarged[4:-4, 4:-4]).mean() < 1


def test_layers_are_laid_over_the_plate_at_its_own_size(tmp_path, track, clip):
    """Where the person's window shows nothing of her, the plate's pixels are delivered as they are."""
    generator, body, face = make(tmp_path, face_enabled=False, layered=True, window="person")
    renderer = Renderer(body, face, clip, CPU)
    small = track.with_joints(track.joints * np.array([0.3, 0.3, 1], np.float32) + np.array([80, 8, 0], np.float32))
    (x0, y0, x1, y1), *_ = np.rint(renderer.body.view.windows(small, small.joints, np.zeros(5, int)))
    for frame in frames_of(renderer, small):
        outside = np.ones((128, 128), bool)
        outside[max(int(y0) - 20, 0) : int(y1) + 20, max(int(x0) - 20, 0) : int(x1) + 20] = False
        assert outside.sum() > 1000
        np.testing.assert_array_equal(frame[outside], clip.plate[outside])
        assert not np.array_equal(frame, clip.plate)


def test_the_camera_moves_what_is_delivered_and_nothing_else(tmp_path, track, clip):
    _, body, face = make(tmp_path, face_enabled=True, layered=True, window="person", hands=True)
    renderer = Renderer(body, face, clip, CPU)
    still = frames_of(renderer, track)
    shift = np.array([[1.0, 0, 7], [0, 1.0, -5], [0, 0, 1]])
    moved = frames_of(renderer, track, cameras=np.tile(shift, (5, 1, 1)))
    for a, b in zip(still, moved, strict=True):
        np.testing.assert_allclose(b[15:-10, 10:-17].astype(int), a[10:-15, 17:-10], atol=1)


@pytest.mark.parametrize("hands", [True, False])
def test_the_face_gan_changes_its_parts_only_and_is_never_fed_back(tmp_path, track, clip, hands):
    _, body, face = make(tmp_path, face_enabled=True, hands=hands)
    renderer = Renderer(body, face, clip, CPU)
    with_face = frames_of(renderer, track)
    squares = renderer.face.squares(track, np.zeros(5, int))
    renderer.face = None
    without = frames_of(renderer, track)
    assert np.isnan(squares[2, 0]).all() and np.isfinite(squares[[0, 1, 3, 4], 0]).all()
    assert np.isfinite(squares[:, 1:]).all() == hands
    for t in range(5):
        outside = np.ones((128, 128), bool)
        for x0, y0, x1, y1 in squares[t][np.isfinite(squares[t, :, 0])]:
            inside = np.s_[max(int(y0), 0) : int(y1) + 1, max(int(x0), 0) : int(x1) + 1]
            outside[inside] = False
            assert not np.array_equal(with_face[t][inside], without[t][inside])
        np.testing.assert_array_equal(with_face[t][outside], without[t][outside])


def test_the_previous_frame_moves_along_into_the_next_window():
    """What is seen through one window and then through the next is what the next one shows at once."""
    rng = np.random.default_rng(0)
    canvas = cv2.GaussianBlur(rng.uniform(0, 255, (200, 200, 3)).astype(np.float32), (0, 0), 4)
    canvas = np.rint(canvas).astype(np.uint8)
    first, second = np.array([40.0, 50, 104, 114]), np.array([44.0, 46, 108, 110])
    larger = np.array([36.0, 40, 36 + 70.4, 40 + 70.4])
    look = [to_tensor(warp(canvas, window_matrix(window, 64, 64), 64, 64))[None] for window in (first, second, larger)]
    plate = torch.full((1, 3, 64, 64), 5.0)
    moved = follow_window(look[0], first, second, plate)
    torch.testing.assert_close(moved[..., 4:, :60], look[1][..., 4:, :60], atol=1e-4, rtol=0)
    assert (moved[..., :4, :] == 5).all() and (moved[..., 60:] == 5).all()  # where the first window did not reach
    inside = np.s_[..., 14:50, 10:50]
    assert (follow_window(look[0], first, larger, plate) - look[2])[inside].abs().max() < 0.02
    assert follow_window(look[0], first, first, plate) is look[0]


def test_each_shot_is_rendered_as_a_clip_of_its_own(tmp_path, track, clip):
    _, body, face = make(tmp_path, face_enabled=True)
    renderer = Renderer(body, face, clip, CPU)
    parts = [replace(track, joints=track.joints[part], times=track.times[part]) for part in (slice(2), slice(2, 5))]
    alone = frames_of(renderer, parts[0], (0, 0)) + frames_of(renderer, parts[1], (7, 7, 7))
    np.testing.assert_array_equal(frames_of(renderer, track, (3, 3, 4, 4, 4)), alone)
    assert not np.array_equal(frames_of(renderer, track), alone)


def without_bodies(track, frames):
    """The track with nobody in some of its frames: confidences are 0, as smoothing leaves them."""
    joints = track.joints.copy()
    joints[frames, :, 2] = 0
    return track.with_joints(joints)


def part(track, frames):
    return replace(track, joints=track.joints[frames], times=track.times[frames])


@pytest.mark.parametrize("face", [True, False])
def test_a_frame_without_anybody_is_the_plate_and_the_next_one_begins_afresh(tmp_path, track, clip, face):
    _, body, face = make(tmp_path, face_enabled=face, layered=True, hands=True)
    renderer = Renderer(body, face, clip, CPU)
    frames = frames_of(renderer, without_bodies(track, [0, 3]))
    for empty in (frames[0], frames[3]):
        np.testing.assert_array_equal(empty, clip.plate)
    renderer.face = None  # whose place is smoothed over the gap
    frames = frames_of(renderer, without_bodies(track, [0, 3]))
    expected = (
        frames_of(renderer, part(track, slice(1, 3)), (0, 0)) + frames_of(renderer, part(track, slice(4, 5)), (0,))
    )
    np.testing.assert_array_equal([frames[1], frames[2], frames[4]], expected)


def test_without_a_plate_a_frame_without_anybody_is_the_last_one_with_somebody(tmp_path, track, clip):
    _, body, face = make(tmp_path, face_enabled=False)
    renderer = Renderer(body, face, clip, CPU)
    frames = frames_of(renderer, without_bodies(track, [0, 2, 3]), (0, 0, 0, 1, 1))
    (first,) = frames_of(renderer, part(track, slice(1, 2)), (0,))
    (last,) = frames_of(renderer, part(track, slice(4, 5)), (0,))
    np.testing.assert_array_equal(frames, [first, first, first, first, last])
    assert len(frames_of(renderer, without_bodies(track, slice(5)))) == 5  # nobody at all


def test_the_pose_picture_comes_with_its_frame_in_the_delivered_picture(tmp_path, track, clip):
    _, body, face = make(tmp_path, face_enabled=True)
    renderer = Renderer(body, face, clip, CPU)
    rendered = renderer.render(track, np.zeros(5, int), np.tile(np.eye(3), (5, 1, 1)))
    for joints, (pose, _) in zip(track.joints, rendered, strict=True):
        np.testing.assert_array_equal(pose, draw_pose(joints, 128, 128))


def test_a_face_of_another_body_is_refused(tmp_path, track, clip):
    _, body, face = make(tmp_path, face_enabled=True)
    tensors, header = load_weights(body)
    save_weights(body, {name: tensor + 1 for name, tensor in tensors.items()}, header)
    with pytest.raises(UserError, match="another body generator"):
        Renderer(body, face, clip, CPU)
