"""Plates of clips whose background is known."""

import numpy as np
import pytest

from pipeline.scene.person import FREE
from pipeline.scene.plate import estimate_plate
from pipeline.scene.sample import sample_background
from pipeline.user.cli import UserError

NOISE = 3  # grey levels, of the clip's frames


def plate_of(store, joints, end=60, size=160):
    return estimate_plate(sample_background(store, joints, end, size, size))


def walk_through(t):
    return 20 + 2 * t, 140


def stand_still(t):
    return 80, 140


def test_the_background_comes_back_within_the_noise(clip, background):
    plate = plate_of(*clip(walk_through))
    assert plate.dtype == np.uint8 and plate.shape == (160, 160, 3)
    error = plate.astype(float) - background
    assert error.std() < NOISE / 2 and np.abs(error).max() < 3 * NOISE and abs(error.mean()) < 0.3


def test_a_pixel_never_free_is_filled_from_around(clip):
    store, joints = clip(stand_still, lambda t, background: np.full_like(background, 120))
    sample = sample_background(store, joints, 60, 160, 160)
    free = (sample.clearances >= FREE).sum(axis=0)
    assert free[100, 80] == 0 and free[20, 20] == 60
    # nothing of the violet person but what JPEG spreads
    assert np.abs(estimate_plate(sample).astype(int) - 120).max() < 15


def test_a_pixel_that_is_only_ever_in_the_margin_takes_what_is_seen_there(clip, background):
    store, joints = clip(stand_still)
    sample = sample_background(store, joints, 60, 160, 160)
    farthest = sample.clearances.max(axis=0)
    margin = (farthest < FREE) & (farthest > 0.5)
    assert margin.sum() > 200
    assert np.abs(estimate_plate(sample).astype(float) - background)[margin].max() < 3 * NOISE


def test_neither_a_shadow_in_most_frames_nor_captions_that_change_are_in_the_plate(clip):
    floor = np.array((150, 110, 70))

    def shown(t, picture):
        picture = np.broadcast_to(floor, picture.shape).astype(np.uint8)
        if t % 3:
            picture[10:20, 20:60] = 0.6 * floor
        picture[145:155, 50 * (t // 20) : 40 + 50 * (t // 20)] = 255
        return picture

    plate = plate_of(*clip(lambda t: (20 + 2 * t, 130), shown))
    assert np.abs(plate - floor).max() < 3 * NOISE


def test_only_the_frames_before_the_end_are_looked_at(clip, background):
    def shown(t, picture):
        return picture if t < 40 else np.zeros_like(picture)

    plate = plate_of(*clip(lambda t: (20 + 3 * min(t, 39), 140), shown), end=40)
    assert np.abs(plate.astype(float) - background).max() < 3 * NOISE


def test_at_another_size_the_joints_follow(clip):
    store, joints = clip(walk_through)
    small = sample_background(store, joints, 60, 80, 80)
    large = sample_background(store, joints, 60, 160, 160)
    assert small.pictures.shape == (60, 80, 80, 3)
    reduced = large.clearances[:, ::2, ::2]
    assert ((small.clearances < 0) == (reduced < 0)).mean() > 0.98


def test_frames_without_a_person_are_left_out_and_a_clip_without_one_is_refused(clip):
    store, joints = clip(walk_through)
    joints[10:30, :, 2] = 0
    assert len(sample_background(store, joints, 60, 160, 160).pictures) == 40
    joints[:, :, 2] = 0
    with pytest.raises(UserError, match="nobody was found in frames 0 to 59"):
        sample_background(store, joints, 60, 160, 160)
