"""Rendering: the recursion of training, the face on top, and never fed back."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from pipeline.clips.layout import FACE
from pipeline.clips.track import PoseTrack
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import to_picture, to_tensor
from pipeline.networks.weights import load_weights, save_weights, sha256
from pipeline.pose.boxes import face_boxes
from pipeline.pose.picture import draw_pose
from pipeline.rendering.render import Renderer
from pipeline.user.cli import UserError

CPU = torch.device("cpu")
SIZE = 64


@pytest.fixture
def track():
    """Five poses of a person whose face is seen in all but the third; in pixels of a 128 x 128 picture."""
    rng = np.random.default_rng(0)
    joints = np.ones((5, 137, 3), np.float32)
    joints[:, :, :2] = rng.uniform(20, 108, (5, 137, 2))
    joints[:, FACE, :2] = rng.uniform(50, 70, (5, 70, 2))
    joints[2, FACE, 2] = 0
    return PoseTrack(joints, np.arange(5) / 30, Fraction(30), 128, 128, "made up")


def make(folder, face_enabled, temporal=True, plate=None):
    torch.manual_seed(0)
    architecture = {"temporal": temporal, "ngf": 4, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None,
                    "plate": None if plate is None else [SIZE, SIZE]}
    generator = BodyGenerator(**architecture)
    if plate is not None:
        generator.set_plate(plate)
    body, face = folder / "body.safetensors", folder / "face.safetensors"
    header = {"architecture": architecture, "width": SIZE, "height": SIZE, "precision": "fp32"}
    save_weights(body, generator.state_dict(), header)
    header, tensors = {"enabled": face_enabled, "body": sha256(body)}, {}
    if face_enabled:
        header |= {"architecture": {"ngf": 4, "downsamplings": 2, "blocks": 1}, "size": 32}
        tensors = FaceGenerator(**header["architecture"]).state_dict()
    save_weights(face, tensors, header)
    return generator, body, face


def frames_of(renderer, track, shots=(0, 0, 0, 0, 0)):
    return [frame for _, frame in renderer.render(track, np.array(shots))]


@pytest.mark.parametrize("temporal", [True, False])
def test_rendering_is_the_rollout_that_training_sees(tmp_path, track, temporal):
    generator, body, face = make(tmp_path, face_enabled=False, temporal=temporal)
    poses = [
        to_tensor(draw_pose(joints * np.array([0.5, 0.5, 1], np.float32), SIZE, SIZE)) for joints in track.joints
    ]
    with torch.no_grad():
        expected = generator.rollout(torch.stack(poses)[None])[0]
    rendered = frames_of(Renderer(body, face, CPU), track)
    assert len(rendered) == 5
    for picture, tensor in zip(rendered, expected, strict=True):
        np.testing.assert_allclose(picture.astype(int), to_picture(tensor).astype(int), atol=1)


def test_the_face_changes_its_box_only_and_is_never_fed_back(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=True)
    with_face = frames_of(Renderer(body, face, CPU), track)
    renderer = Renderer(body, face, CPU)
    renderer.face = None
    without = frames_of(renderer, track)
    boxes = face_boxes(renderer.scale(track), 32, SIZE, SIZE)
    for t, (x0, y0, x1, y1) in enumerate(boxes):
        outside = np.ones((SIZE, SIZE), bool)
        if x0 >= 0:
            outside[y0:y1, x0:x1] = False
            assert not np.array_equal(with_face[t][y0:y1, x0:x1], without[t][y0:y1, x0:x1])
        np.testing.assert_array_equal(with_face[t][outside], without[t][outside])
    assert boxes[2, 0] == -1
    assert (boxes[[0, 1, 3, 4], 0] >= 0).all()


def test_each_shot_is_rendered_as_a_clip_of_its_own(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=True)
    renderer = Renderer(body, face, CPU)
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
def test_a_frame_without_anybody_is_the_plate_and_the_next_one_begins_afresh(tmp_path, track, face):
    plate = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    _, body, face = make(tmp_path, face_enabled=face, plate=plate)
    renderer = Renderer(body, face, CPU)
    frames = frames_of(renderer, without_bodies(track, [0, 3]))
    for empty in (frames[0], frames[3]):
        np.testing.assert_allclose(empty.astype(int), plate, atol=1)
    renderer.face = None  # whose place is smoothed over the gap
    frames = frames_of(renderer, without_bodies(track, [0, 3]))
    expected = (
        frames_of(renderer, part(track, slice(1, 3)), (0, 0)) + frames_of(renderer, part(track, slice(4, 5)), (0,))
    )
    np.testing.assert_array_equal([frames[1], frames[2], frames[4]], expected)


def test_without_a_plate_a_frame_without_anybody_is_the_last_one_with_somebody(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=False)
    renderer = Renderer(body, face, CPU)
    frames = frames_of(renderer, without_bodies(track, [0, 2, 3]), (0, 0, 0, 1, 1))
    (first,) = frames_of(renderer, part(track, slice(1, 2)), (0,))
    (last,) = frames_of(renderer, part(track, slice(4, 5)), (0,))
    np.testing.assert_array_equal(frames, [first, first, first, first, last])
    assert len(frames_of(renderer, without_bodies(track, slice(5)))) == 5  # nobody at all


def test_the_pose_picture_comes_with_its_frame(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=True)
    renderer = Renderer(body, face, CPU)
    for joints, (pose, _) in zip(renderer.scale(track), renderer.render(track, np.zeros(5, int)), strict=True):
        np.testing.assert_array_equal(pose, draw_pose(joints, SIZE, SIZE))


def test_poses_of_any_size_of_frame_give_the_same_picture(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=False)
    doubled = track.with_joints(track.joints * np.array([2, 2, 1], np.float32))
    doubled = replace(doubled, width=256, height=256)
    renderer = Renderer(body, face, CPU)
    for a, b in zip(frames_of(renderer, track), frames_of(renderer, doubled), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_face_of_another_body_is_refused(tmp_path, track):
    _, body, face = make(tmp_path, face_enabled=True)
    tensors, header = load_weights(body)
    save_weights(body, {name: tensor + 1 for name, tensor in tensors.items()}, header)
    with pytest.raises(UserError, match="another body generator"):
        Renderer(body, face, CPU)
