"""A frame moved into another pose: where it is put, at what size, and what is blended."""

from fractions import Fraction

import numpy as np
import pytest
from people import LEFT_ARM, person
from still import still_clip

from pipeline.clips import layout as j
from pipeline.clips.stable import StableClip
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.reference.limb_flow import reach
from pipeline.reference.limbs import HEAD_LIMB, LEFT_HAND_LIMB, limbs_of
from pipeline.reference.moving import Patch, cells, covered, moved, put_over

SIZE = 128
HEAD = slice(HEAD_LIMB, HEAD_LIMB + 1)


@pytest.fixture
def clip(tmp_path):
    """One frame of smooth colours, nowhere near the plate's."""
    y, x = np.mgrid[:SIZE, :SIZE]
    picture = np.dstack([100 + x, 100 + y, 228 - x]).astype(np.uint8)
    write_frames(tmp_path / "f.parquet", [StoredFrame(picture, 0, 0.0)], SIZE, SIZE, Fraction(10))
    still = still_clip(tmp_path / "f.parquet")
    return StableClip(still.store, still.camera, np.zeros((SIZE, SIZE, 3), np.uint8))


def test_the_limbs_reach_around_their_axes_within_the_picture():
    limbs = limbs_of(person())
    ends, around = limbs.axes[HEAD_LIMB], 2 * limbs.radii[HEAD_LIMB]
    expected = [*(ends.min(axis=0) - around), *(ends.max(axis=0) + around)]
    np.testing.assert_allclose(reach(person(), HEAD, 2.0), expected)
    rows, columns = covered(person(), SIZE, 40)
    assert 0 <= rows.start < rows.stop <= 40 and 0 <= columns.start < columns.stop <= SIZE
    whole = covered(person(), SIZE, SIZE)
    for slices, every in zip(covered(person(), SIZE, SIZE, HEAD), whole, strict=True):
        assert every.start <= slices.start < slices.stop <= every.stop
    assert covered(np.zeros((137, 3), np.float32), SIZE, SIZE) == (slice(0, 0), slice(0, 0))


@pytest.mark.parametrize("size", [64, 128, 320])
def test_in_its_own_pose_a_frame_is_what_it_was_at_any_size(clip, size):
    pose = person()
    here = pose * np.array([size / SIZE, size / SIZE, 1], np.float32)
    rows, columns, pixels = moved(clip, 0, pose, here, size, size)
    assert pixels.shape[:2] == (rows.stop - rows.start, columns.stop - columns.start)
    y, x = (np.mgrid[rows, columns] + 0.5) * SIZE / size - 0.5
    expected = np.dstack([100 + x, 100 + y, 228 - x])
    shown = pixels[..., 4] == 255
    assert shown.mean() > 0.1 and (pixels[shown][:, 3] == 255).all()
    assert np.abs(pixels[..., :3].astype(float) - expected)[shown].max() < 4


def test_of_a_person_who_leaves_the_picture_the_part_in_sight_is_as_ever(clip):
    """Its patch is low and wide: it is worked out on as fine a grid, and no finer."""
    pose = person()
    whole = moved(clip, 0, pose, pose, SIZE, SIZE)
    down = pose + np.array([0, 97, 0], np.float32)  # down to the neck she is below the picture
    rows, columns, pixels = moved(clip, 0, pose, down, SIZE, SIZE)
    assert rows.stop == SIZE and 0 < pixels.shape[0] < 30 < pixels.shape[1]
    same = whole.pixels[: pixels.shape[0]]
    surely = (same[..., 4] == 255) & (pixels[..., 4] == 255)
    assert surely.mean() > 0.05
    assert np.abs(same.astype(int) - pixels)[surely].max() < 12
    assert cells(64, 100, 400, 5) == (3, 256)
    assert cells(64, 10, 8, 20) == (20, 8)


def test_what_was_not_read_is_not_valid(clip):
    """A hand that hangs down from a reference in which it is held up: the belly beside it is not beside that one."""
    here, there = person(raised=-80), person(raised=80)
    hand = slice(LEFT_HAND_LIMB, LEFT_HAND_LIMB + 1)
    rows, columns, pixels = moved(clip, 0, there, here, SIZE, SIZE, hand)
    x0, y0, x1, y1 = reach(there, hand, 3.5)
    y, x = np.mgrid[rows, columns]
    read = (pixels[..., 0] - 100 > x0 - 2) & (pixels[..., 0] - 100 < x1 + 2) & (pixels[..., 1] - 100 > y0 - 2)
    assert read[pixels[..., 4] > 0].all()


def test_some_limbs_alone_are_moved_as_with_all_others(clip):
    pose, other = person(), person(raised=50)
    hand = slice(LEFT_HAND_LIMB, LEFT_HAND_LIMB + 1)
    whole, part = moved(clip, 0, pose, other, SIZE, SIZE), moved(clip, 0, pose, other, SIZE, SIZE, hand)
    column, row = other[LEFT_ARM[-1], :2].astype(int)
    colours = [patch.pixels[row - patch.rows.start, column - patch.columns.start] for patch in (whole, part)]
    np.testing.assert_allclose(colours[0].astype(int), colours[1], atol=6)
    there = pose[LEFT_ARM[-1], :2] - 0.5
    np.testing.assert_allclose(colours[1][:2], 100 + there, atol=8)


def test_a_limb_that_either_pose_lacks_is_nowhere_valid(clip):
    lacking = person()
    lacking[j.NOSE : j.NOSE + 1, 2] = lacking[[j.RIGHT_EYE, j.LEFT_EYE, j.RIGHT_EAR, j.LEFT_EAR], 2] = 0
    assert not moved(clip, 0, person(), lacking, SIZE, SIZE, HEAD).pixels.size
    without = moved(clip, 0, lacking, person(), SIZE, SIZE, HEAD).pixels
    assert without.size and not without[..., 4].any()


def test_a_patch_replaces_its_limb_but_not_where_it_is_not_valid():
    pose = person()
    rows, columns = covered(pose, SIZE, SIZE, HEAD)
    shape = rows.stop - rows.start, columns.stop - columns.start, 5
    x, y = pose[j.NOSE, :2].astype(int)
    for valid, expected in ((255, 200), (0, 50)):
        picture = np.full((SIZE, SIZE, 5), 50, np.uint8)
        picture[..., 3:] = 255
        pixels = np.full(shape, 200, np.uint8)
        pixels[..., 4] = valid
        put_over(picture, Patch(rows, columns, pixels), pose, HEAD)
        np.testing.assert_allclose(picture[y, x, :3], expected, atol=25)
        assert (picture[rows.stop - 1, columns.start, :3] == 50).all()  # a corner of the patch that is no head
    put_over(picture, Patch(slice(0, 0), slice(0, 0), np.zeros((0, 0, 5), np.uint8)), pose, HEAD)  # nothing to put
