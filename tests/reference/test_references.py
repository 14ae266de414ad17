"""Reference frames: which are chosen, and what they look like in another pose."""

from fractions import Fraction

import cv2
import numpy as np
import pytest
from people import LEFT_ARM, person
from still import still_clip

from pipeline.clips import layout as j
from pipeline.clips.layout import mirrored
from pipeline.clips.stable import StableClip
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.warp import window_matrix
from pipeline.networks.weights import load_weights, save_weights
from pipeline.reference.likeness import BODY, PARTS, differences
from pipeline.reference.limbs import HEAD
from pipeline.reference.references import NEAREST, References, references_of, stored_references

SIZE, FRAMES = 128, 40
WALL, SKIN, SHIRT = (120, 120, 120), (230, 180, 150), (30, 60, 160)


def drawn(joints):
    """A person with a blue trunk and a light left arm, uint8 RGB."""
    picture = np.full((SIZE, SIZE, 3), WALL, np.uint8)
    places = [tuple(np.rint(joint[:2]).astype(int).tolist()) for joint in joints]
    cv2.line(picture, places[j.NECK], places[j.MID_HIP], SHIRT, 18)
    cv2.line(picture, places[j.LEFT_SHOULDER], places[j.LEFT_WRIST], SKIN, 6)
    return picture


@pytest.fixture
def references(tmp_path):
    """Four seconds of a person who raises and lowers an arm, twice."""
    angles = 60 * np.sin(np.arange(FRAMES) * 2 * np.pi / 20)
    joints = np.stack([person(raised=angle) for angle in angles])
    frames = (StoredFrame(drawn(each), 0, t / 10) for t, each in enumerate(joints))
    write_frames(tmp_path / "f.parquet", frames, SIZE, SIZE, Fraction(10))
    seen = np.arange(FRAMES) != 7
    return references_of(still_clip(tmp_path / "f.parquet"), joints, np.full(FRAMES, 100.0), seen)


def every(number):
    """The same reference for every part."""
    return np.full(len(PARTS), number)


def test_frames_without_a_body_are_no_references(references):
    assert references.frames.tolist() == [*range(7), *range(8, FRAMES)]
    assert len(references.joints) == FRAMES - 1
    assert references.before(np.array([0, 6, 7, 8])).tolist() == [0, 5, 7, 7]  # frame 8 follows none


def test_training_takes_one_of_the_nearest_but_none_of_the_same_second(references):
    pose = person(raised=60 * np.sin(15 * 2 * np.pi / 20))
    chosen = {int(references.near(15, pose, draw)[0]) for draw in range(100)}
    assert 1 < len(chosen) <= NEAREST
    for number in chosen:
        frame = references.frames[number]
        assert abs(frame - 15) > 10
        assert abs(np.sin(frame * 2 * np.pi / 20) - np.sin(15 * 2 * np.pi / 20)) < 0.2
    nobody = references.near(15, np.zeros((137, 3)), 0)  # which training has not, but the answer must not slip in
    assert (np.abs(references.frames[nobody] - 15) > 10).all()
    other = references.near(1000, references.joints[3], 0)[:1]  # a frame after all of them: its own pose decides
    assert differences(references.poses[0][[3]], references.poses[0][other], BODY)[0, 0] < 1e-3


def test_a_clip_of_less_than_a_second_has_to_do_with_what_it_has(references):
    few = References(references.clip, *(getattr(references, name)[:5] for name in
                                        ("frames", "joints", "statures")))
    assert few.near(1, few.joints[1], 0).tolist() == [4] * 4
    assert few.path(few.joints, few.statures, few.frames).max() < 5


def test_the_path_plays_what_fits_and_leaves_a_training_frames_own_second_out(references):
    joints, tall = references.joints[8:16], references.statures[8:16]
    path = references.path(joints, tall)[:, 0]
    poses = references.poses[0]
    assert np.diagonal(differences(poses[8:16], poses[path], BODY)).max() < 1e-4
    assert (np.abs(np.diff(path)) == 1).sum() >= 5
    other = references.frames[references.path(joints, tall, references.frames[8:16])[:, 0]]
    assert (np.abs(other - references.frames[8:16]) > 10).all()
    assert (np.abs(np.diff(other)) == 1).sum() >= 5  # it plays the other time round
    assert references.path(joints[:0], tall[:0]).shape == (0, 4)


def looking(to, raised=0.0):
    joints = person(raised=raised)
    joints[j.NOSE, 0] += 4 * to
    return joints


def test_the_head_has_a_reference_of_its_own(tmp_path):
    """Each of four ways to hold an arm is seen with the head turned to one side only, half the time to either."""
    joints = np.stack([looking(1 if t < 20 else -1, raised=(-60, -20, 20, 60)[t // 10]) for t in range(FRAMES)])
    frames = (StoredFrame(drawn(each), 0, t / 10) for t, each in enumerate(joints))
    write_frames(tmp_path / "f.parquet", frames, SIZE, SIZE, Fraction(10))
    tall = np.full(FRAMES, 100.0)
    references = references_of(still_clip(tmp_path / "f.parquet"), joints, tall, np.ones(FRAMES, bool))
    asked = np.stack([looking(-1, raised=-60)] * 3)
    for body, head, *_ in (*references.path(asked, tall[:3]), references.near(1000, asked[0], 0)):
        assert body < 10 and head >= 20
    asked[:, j.FACE] = asked[:, [j.NOSE]]  # a face, which no frame shows: what there is of heads is too unlike
    for body, head, *_ in (*references.path(asked, tall[:3]), references.near(1000, asked[0], 0)):
        assert body == head
    asked[:, HEAD, 2] = asked[:, j.FACE, 2] = 0  # from behind there is no head to be alike to
    for body, head, *_ in (*references.path(asked, tall[:3]), references.near(1000, asked[0], 0)):
        assert body == head


def test_who_was_never_seen_from_behind_is_turned_round(references):
    facing = person(raised=30)
    away = mirrored(facing)
    path = references.path(np.stack([facing, away]), np.full(2, 100.0))
    assert (path[0] == path[1]).all()
    np.testing.assert_array_equal(references.facing_alike(path, np.stack([facing, away])), [facing, facing])
    shown = [references.picture(path[0], joints, np.eye(3), SIZE, SIZE) for joints in (facing, away)]
    np.testing.assert_array_equal(*shown)


def test_training_copies_from_the_same_side_even_if_there_is_but_the_same_second(references):
    backs = references.joints.copy()
    backs[20:24] = mirrored(backs[20:24])
    both = References(references.clip, references.frames, backs, references.statures)
    for number in (3, 12, 30):
        frame = int(references.frames[number])
        chosen = both.near(frame, backs[number], 0)[0]
        assert both.sides[chosen] == 1 and abs(references.frames[chosen] - frame) > 10
    own = references.frames[18:26]
    path = both.path(backs[18:26], references.statures[18:26], own)[:, 0]
    assert (both.sides[path[:2]] == 1).all() and (both.sides[path[6:]] == 1).all()
    assert both.near(int(own[2]), backs[20], 0)[0] == 23  # the farthest of the only back


def test_who_was_seen_from_behind_is_not(references):
    backs = references.joints.copy()
    backs[20:] = mirrored(backs[20:])
    both = References(references.clip, references.frames, backs, references.statures)
    asked = np.stack([references.joints[3], mirrored(references.joints[3])])
    path = both.path(asked, np.full(2, 100.0))
    assert (path[0] < 20).all() and (path[1, 0] >= 20)
    np.testing.assert_array_equal(both.facing_alike(path, asked), asked)


def test_a_hand_before_the_shirt_is_no_reference_for_one_beside_it(references):
    part, hand = 3, slice(95, 116)  # the left one
    joints = references.joints.copy()
    joints[:, hand] = joints[:, [LEFT_ARM[-1]]]
    joints[:, hand, :2] += np.random.default_rng(0).uniform(-3, 3, (21, 2))
    before = joints.copy()
    before[:30, hand, :2] += joints[:30, [j.MID_HIP], :2] - joints[:30, [LEFT_ARM[-1]], :2]
    mixed = References(references.clip, references.frames, before, references.statures)
    path = mixed.path(joints[:3], references.statures[:3])
    assert (path[:, part] >= 30).all()
    assert all(mixed.near(1000, joints[t], t)[part] >= 30 for t in range(10))


def test_head_and_hands_are_copied_from_their_own_references_and_the_rest_from_the_bodys(tmp_path):
    joints = np.stack([person()] * 4)
    pictures = [np.full((SIZE, SIZE, 3), value, np.uint8) for value in (20, 200, 20, 200)]
    write_frames(tmp_path / "f.parquet", (StoredFrame(each, 0, t / 10) for t, each in enumerate(pictures)), SIZE, SIZE,
                 Fraction(10))
    clip = still_clip(tmp_path / "f.parquet")
    clip = StableClip(clip.store, clip.camera, np.full((SIZE, SIZE, 3), 120, np.uint8))
    references = References(clip, np.arange(4), joints, np.full(4, 100.0))
    shown = references.picture(np.array([0, 1, 0, 1]), person(), np.eye(3), SIZE, SIZE)
    for joint, grey in ((j.NOSE, 200), (LEFT_ARM[-1], 200), (j.RIGHT_WRIST, 20), (j.MID_HIP, 20), (j.LEFT_KNEE, 20)):
        x, y = person()[joint, :2].astype(int)
        np.testing.assert_allclose(shown[y, x], (grey, grey, grey, 255, 255), atol=8)
    assert (shown[0] == 0).all()
    whole = references.picture(every(1), person(), np.eye(3), SIZE, SIZE)
    assert (shown[whole[..., 4] == 255, 4] > 240).all()  # alike poses: the seams leave no gaps


@pytest.mark.parametrize("size", [128, 256])
def test_a_reference_shows_the_arm_where_the_pose_has_it(references, size):
    pose = person(raised=80)  # as no frame shows it
    moved = references.picture(every(5), pose, window_matrix(np.array([0.0, 0.0, SIZE, SIZE]), size, size), size, size)
    assert moved.shape == (size, size, 5)
    for joints, colour in (([j.LEFT_ELBOW], SKIN), ([j.NECK, j.MID_HIP], SHIRT)):
        x, y = (pose[joints, :2].mean(axis=0) * size / SIZE).astype(int)
        assert np.abs(moved[y, x, :3].astype(int) - colour).max() < 25 and moved[y, x, 3:].min() > 200
    assert moved[size - 2, 2, 4] == 0


def test_what_lies_beyond_the_frame_of_a_reference_is_not_valid(references):
    cut = references.joints.copy()
    cut[..., 0] += 60  # the arm now lies outside
    beside = References(references.clip, references.frames, cut, references.statures)
    view = window_matrix(np.array([0.0, 0.0, SIZE, SIZE]), SIZE, SIZE)
    moved = beside.picture(every(0), person(), view, SIZE, SIZE)
    x, y = person()[LEFT_ARM[1], :2].astype(int)
    assert moved[y, x, 4] == 0


def test_a_references_own_background_is_told_from_the_person(references):
    pose, view = references.joints[0], window_matrix(np.array([0.0, 0.0, SIZE, SIZE]), SIZE, SIZE)
    x, y = pose[j.MID_HIP, :2].astype(int)
    shown = references.picture(every(0), pose, view, SIZE, SIZE)[y - 10]
    assert shown[x, 3] > 200 and shown[x + 14, 3] < 80  # the wall beside the trunk, as near as skirts would be
    stored = [getattr(references, name) for name in ("frames", "joints", "statures")]

    def beside_the_trunk(plate):
        clip = references.clip
        before = StableClip(clip.store, clip.camera, np.full((SIZE, SIZE, 3), plate, np.uint8))
        return References(before, *stored).picture(every(0), pose, view, SIZE, SIZE)[y - 10, x + 14, 3]

    assert beside_the_trunk((0, 200, 255)) > 200
    assert 100 < beside_the_trunk((200, 200, 200)) < 150  # the grey may be this wall in a shadow
    assert beside_the_trunk((20, 20, 20)) > 200  # nothing is lit by a shadow


def test_references_are_stored_beside_the_weights(references, tmp_path):
    save_weights(tmp_path / "w.safetensors", references.tensors(), {})
    tensors, _ = load_weights(tmp_path / "w.safetensors")
    again = stored_references(references.clip, tensors)
    for name in ("frames", "joints", "statures", "follows"):
        np.testing.assert_array_equal(getattr(again, name), getattr(references, name))
    assert stored_references(references.clip, {}) is None
