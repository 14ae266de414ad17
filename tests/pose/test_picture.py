"""The pose picture: what is where in which colour, and that it moves and scales with the pose."""

import cv2
import numpy as np
import pytest

from pipeline.clips import layout
from pipeline.pose.picture import BODY_LIMBS, draw_pose

WHITE = 255


def only(*joints_at):
    """A pose of nothing but (joint, x, y) ..."""
    joints = np.zeros((137, 3), np.float32)
    for joint, x, y in joints_at:
        joints[joint] = x, y, 1
    return joints


def inked(picture):
    return (picture != WHITE).any(axis=2)


def test_no_joints_no_ink():
    picture = draw_pose(np.zeros((137, 3), np.float32), 40, 30)
    assert picture.shape == (30, 40, 3) and picture.dtype == np.uint8
    assert (picture == WHITE).all()


@pytest.mark.parametrize("start, end, colour", BODY_LIMBS)
def test_every_limb_is_a_line_of_its_colour_between_its_joints(start, end, colour):
    picture = draw_pose(only((start, 20, 100), (end, 110, 30)), 128, 128)
    for share in (0.05, 0.5, 0.95):
        x, y = 20 + share * 90, 100 - share * 70
        assert tuple(picture[int(y), int(x)]) == colour
    rows, columns = np.nonzero(inked(picture))
    distances = np.abs(70 * (columns + 0.5 - 20) + 90 * (rows + 0.5 - 100)) / np.hypot(70, 90)
    assert distances.max() < 3
    assert columns.min() >= 16 and columns.max() <= 114


def test_limbs_have_different_colours_and_reach_23_joints():
    colours = {colour for _, _, colour in BODY_LIMBS}
    assert len(colours) == len(BODY_LIMBS)
    assert WHITE not in {min(colour) for colour in colours}
    joints = {joint for start, end, _ in BODY_LIMBS for joint in (start, end)}
    assert joints == set(range(25)) - {layout.LEFT_SMALL_TOE, layout.RIGHT_SMALL_TOE}


def test_a_back_view_is_not_a_front_view(stand):
    front = stand()
    back = front.copy()
    for left, right in ((5, 2), (6, 3), (7, 4), (12, 9), (13, 10), (14, 11)):
        back[[left, right]] = front[[right, left]]
    difference = draw_pose(front, 128, 128) != draw_pose(back, 128, 128)
    assert difference.any(axis=2).sum() > 200


@pytest.mark.parametrize("row", [31.75, 32, 32.25, 32.5])
def test_half_pixels_count_from_the_corner(row):
    """The ink's centre is where the limb is, the first pixel's own centre being (0.5, 0.5)."""
    picture = draw_pose(only((layout.LEFT_HIP, 10, row), (layout.LEFT_KNEE, 50, row)), 256, 256)
    ink = (WHITE - picture[:, 30].astype(float)).sum(axis=1)
    assert np.average(np.arange(256) + 0.5, weights=ink) == pytest.approx(row, abs=0.2)


@pytest.mark.parametrize("dx, dy", [(1, 0), (0, 1), (-7, 5)])
def test_moving_by_whole_pixels_moves_the_picture(stand, dx, dy):
    joints = stand(80, 60, 100)
    moved = joints + np.float32([dx, dy, 0])
    expected = np.roll(draw_pose(joints, 128, 128), (dy, dx), axis=(0, 1))
    np.testing.assert_array_equal(draw_pose(moved, 128, 128), expected)


def test_a_larger_picture_shrinks_to_the_smaller_one(stand):
    joints = stand(200, 128, 240)
    large = joints * np.float32([2, 2, 1])
    shrunk = cv2.resize(draw_pose(large, 512, 512), (256, 256), interpolation=cv2.INTER_AREA)
    difference = np.abs(shrunk.astype(int) - draw_pose(joints, 256, 256))
    assert difference.mean() < 0.2 * (WHITE - shrunk.mean())


def test_limbs_are_cut_at_the_border_and_keep_their_direction():
    """Far outside ends leave the very same line inside as ends at the picture's border."""
    near = draw_pose(only((layout.NECK, -50, 20), (layout.MID_HIP, 150, 60)), 100, 80)
    far = only((layout.NECK, 50 - 1e5, 40 - 2e4), (layout.MID_HIP, 50 + 1e5, 40 + 2e4))
    difference = np.abs(draw_pose(far, 100, 80).astype(int) - near)
    assert difference.max() < 30
    assert inked(near).any(axis=0).all()


@pytest.mark.parametrize("place", [(-1e30, -1e30), (1e30, 5), (5, 1e30), (-3000, 40)])
def test_a_pose_far_outside_leaves_the_picture_white(stand, place):
    joints = stand(50)
    joints[:, :2] += np.float32(place)
    assert (draw_pose(joints, 64, 64) == WHITE).all()


def test_only_joints_that_were_found_are_drawn(stand):
    joints = stand()
    joints[layout.LEFT_KNEE] = 1e9, np.nan, 0
    without = joints.copy()
    without[layout.LEFT_KNEE] = 0
    np.testing.assert_array_equal(draw_pose(joints, 128, 128), draw_pose(without, 128, 128))
    joints = stand()
    np.testing.assert_array_equal(
        inked(draw_pose(joints, 128, 128)) >= inked(draw_pose(without, 128, 128)), True
    )
    assert (draw_pose(joints * np.float32([1, 1, 0]), 128, 128) == WHITE).all()


@pytest.mark.parametrize("part", ["face", "left_hand", "right_hand"])
def test_face_and_hands_are_drawn(stand, part):
    joints = np.zeros((137, 3), np.float32)
    joints[layout.PARTS[part]] = stand(400, 128, 410)[layout.PARTS[part]]
    x0, y0 = joints[layout.PARTS[part], :2].min(axis=0)
    x1, y1 = joints[layout.PARTS[part], :2].max(axis=0)
    rows, columns = np.nonzero(inked(draw_pose(joints, 256, 420)))
    assert len(rows) > 50
    assert x0 - 4 < columns.min() and columns.max() < x1 + 4
    assert y0 - 4 < rows.min() and rows.max() < y1 + 4


def test_same_pose_same_picture_and_the_pose_stays(stand):
    joints = stand()
    before = joints.copy()
    np.testing.assert_array_equal(draw_pose(joints, 128, 128), draw_pose(joints, 128, 128))
    np.testing.assert_array_equal(joints, before)
