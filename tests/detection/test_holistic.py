"""The detector on real frames of the demo clip: where the joints must lie, and what no person means."""

import av
import cv2
import numpy as np
import pytest

from pipeline.clips import layout
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, RIGHT_HAND
from pipeline.detection import holistic as module
from pipeline.detection.holistic import HolisticDetector


def detect(frames):
    detector = HolisticDetector(0.5, 0.5)
    return np.stack([detector.detect(frame) for frame in frames])


@pytest.fixture(scope="module")
def clip(request):
    """All frames of the demo's target."""
    with av.open(str(request.config.rootpath / "data/raw/target/video.mp4")) as file:
        return [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]


@pytest.fixture(scope="module")
def frames(clip):
    return clip[:6]


@pytest.fixture(scope="module")
def poses(frames):
    return detect(frames)


def test_shape_and_meaning(frames, poses):
    height, width = frames[0].shape[:2]
    assert poses.shape == (6, 137, 3) and poses.dtype == np.float32
    found = poses[..., 2] > 0
    assert ((poses[..., 2] >= 0) & (poses[..., 2] <= 1)).all()
    assert (poses[~found] == 0).all()
    assert ((poses[found][:, :2] >= 0) & (poses[found][:, :2] <= (width, height))).all()
    assert found[:, FACE].all()
    expected = np.ones(25, bool)
    expected[[layout.LEFT_SMALL_TOE, layout.RIGHT_SMALL_TOE]] = False
    assert (found[:, BODY] == expected).all()


def test_a_standing_person_is_the_right_way_up_and_not_mirrored(poses):
    body = poses[0, BODY]
    down = [layout.NOSE, layout.NECK, layout.MID_HIP, layout.RIGHT_KNEE, layout.RIGHT_ANKLE]
    assert (np.diff(body[down, 1]) > 0).all()
    for left, right in ((layout.LEFT_SHOULDER, layout.RIGHT_SHOULDER), (layout.LEFT_EYE, layout.RIGHT_EYE),
                        (layout.LEFT_EAR, layout.RIGHT_EAR), (layout.LEFT_HIP, layout.RIGHT_HIP)):
        assert body[left, 0] > body[right, 0]  # seen from the front
    np.testing.assert_allclose(body[layout.NECK, :2], body[[2, 5], :2].mean(axis=0), atol=1e-3)
    np.testing.assert_allclose(body[layout.MID_HIP, :2], body[[9, 12], :2].mean(axis=0), atol=1e-3)


def test_the_face_is_in_openpose_order(clip):
    poses = detect(clip[::15])
    jaws = poses[:, FACE, 0][:, :17]
    sideways = np.abs(poses[:, FACE.start + 30, 0] - jaws[:, [0, 16]].mean(axis=1)) / np.ptp(jaws, axis=1)
    tilted = np.abs(poses[:, FACE.start + 16, 1] - poses[:, FACE.start, 1]) / np.ptp(jaws, axis=1)
    front = poses[(sideways + tilted).argmin()]
    face = front[FACE, :2]
    jaw, right_brow, left_brow = face[0:17], face[17:22], face[22:27]
    right_eye, left_eye, lips, inner_lip = face[36:42], face[42:48], face[48:60], face[60:68]
    assert (np.diff(jaw[:, 0]) > 0).all() and jaw[:, 1].argmax() in (7, 8, 9)
    assert (np.diff(face[17:27, 0]) > 0).all()
    assert (np.diff(face[27:31, 1]) > 0).all() and (np.diff(face[31:36, 0]) > 0).all()
    assert right_brow[:, 1].mean() < right_eye[:, 1].mean() < face[30, 1] < lips[:, 1].mean() < jaw[8, 1]
    assert left_brow[:, 1].mean() < left_eye[:, 1].mean()
    for eye, pupil in ((right_eye, face[68]), (left_eye, face[69])):
        assert (eye.min(axis=0) - 1 <= pupil).all() and (pupil <= eye.max(axis=0) + 1).all()
    for outline, corner in ((right_eye, 3), (left_eye, 3), (lips, 6), (inner_lip, 4)):  # above, then below
        assert outline[:, 0].argmin() == 0 and outline[:, 0].argmax() == corner
        assert outline[1:corner, 1].mean() < outline[corner + 1 :, 1].mean()
    assert (inner_lip[:, 0] > lips[:, 0].min()).all() and (inner_lip[:, 0] < lips[:, 0].max()).all()
    assert np.linalg.norm(face[30] - front[layout.NOSE, :2]) < 0.3 * np.ptp(jaw[:, 0])


def test_hands_start_at_their_own_wrists(poses):
    size = np.ptp(poses[0, BODY, 1][poses[0, BODY, 2] > 0])
    for hand, wrist, other in ((LEFT_HAND, layout.LEFT_WRIST, layout.RIGHT_WRIST),
                               (RIGHT_HAND, layout.RIGHT_WRIST, layout.LEFT_WRIST)):
        seen = poses[:, hand, 2].any(axis=1)
        assert seen.mean() > 0.5
        start = poses[seen, hand.start, :2]
        assert np.linalg.norm(start - poses[seen, wrist, :2], axis=1).max() < 0.05 * size
        assert np.linalg.norm(start - poses[seen, other, :2], axis=1).min() > 0.05 * size


def test_a_hand_far_from_its_wrist_is_not_the_persons(frames, monkeypatch):
    monkeypatch.setattr(module, "HAND_REACH", 0.0)
    pose = detect(frames[:1])[0]
    assert (pose[LEFT_HAND] == 0).all() and (pose[RIGHT_HAND] == 0).all()
    assert pose[FACE, 2].all()


def test_a_hand_that_is_found_twice_is_one(frames, poses, monkeypatch):
    """As of somebody in profile, whose other hand is hidden."""
    points = poses[0, LEFT_HAND, :2].astype(float)
    monkeypatch.setattr(module, "HAND_REACH", 10.0)  # wherever they lie
    monkeypatch.setattr(module.HandTracker, "follow", lambda self, frame, arm: points + 0.1)
    pose = detect(frames[:1])[0]
    assert pose[LEFT_HAND, 2].any() != pose[RIGHT_HAND, 2].any()
    places = iter((points, points + 40))
    monkeypatch.setattr(module.HandTracker, "follow", lambda self, frame, arm: next(places))
    assert detect(frames[:1])[0, [LEFT_HAND.start, RIGHT_HAND.start], 2].all()


def test_same_frames_same_joints(frames, poses):
    np.testing.assert_array_equal(detect(frames[:3]), poses[:3])


def test_a_mirrored_picture_swaps_left_and_right(frames, poses):
    width = frames[0].shape[1]
    mirrored = detect([np.ascontiguousarray(frames[0][:, ::-1])])[0]
    pairs = [(2, 5), (3, 6), (4, 7), (9, 12), (10, 13), (11, 14), (0, 0), (1, 1), (8, 8)]
    for right, left in pairs:
        x, y = poses[0, left, :2]
        assert np.linalg.norm(mirrored[right, :2] - (width - x, y)) < 12


def test_coordinates_are_pixels_of_the_frame_given(frames, poses):
    height, width = frames[0].shape[:2]
    large = cv2.resize(frames[0], (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
    shifted = cv2.copyMakeBorder(frames[0], 40, 0, 0, 0, cv2.BORDER_REPLICATE)
    sure = poses[0, BODY, 2] > 0.9
    reference = poses[0, BODY, :2][sure]
    assert np.abs(detect([large])[0, BODY, :2][sure] / 2 - reference).max() < 8
    assert np.abs(detect([shifted])[0, BODY, :2][sure] - (0, 40) - reference).max() < 14


def test_joints_outside_the_frame_are_not_found(frames, poses):
    knees = int(poses[0, [layout.LEFT_KNEE, layout.RIGHT_KNEE], 1].min())
    pose = detect([np.ascontiguousarray(frames[0][: knees - 20])])[0]
    assert pose[layout.NOSE, 2] > 0.5
    assert (pose[[layout.LEFT_ANKLE, layout.RIGHT_ANKLE, layout.LEFT_HEEL]] == 0).all()


def test_no_person_no_joints(frames):
    noise = np.random.default_rng(0).integers(0, 256, frames[0].shape, np.uint8)
    assert (detect([np.full_like(frames[0], 128), noise]) == 0).all()
    assert (detect([frames[0], np.zeros_like(frames[0])])[1] == 0).all()


def test_the_name_tells_the_version(poses):
    assert HolisticDetector.name == "mediapipe-holistic 0.10.14"


def test_nothing_is_said_on_the_terminal(frames, capfd):
    detect(frames[:1])
    assert capfd.readouterr() == ("", "")
