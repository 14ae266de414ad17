import cv2
import numpy as np
import pytest

from pipeline.video.shots import number_shots


def scene(seed, height=96, width=128):
    """A room: large soft patches of colour, uint8 RGB (height, width, 3)."""
    patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)


def dance(seed, frames, speed=5):
    """A person of a third of the picture's height moving through that room by ``speed`` px a frame."""
    pictures = []
    for i in range(frames):
        picture = scene(seed)
        x = 20 + (i * speed) % 70
        picture[40:90, x : x + 16] = (200, 30, 30)
        picture[50:56, max(0, x - 15) : x + 30] = (240, 200, 180) if i % 3 else (10, 10, 10)
        pictures.append(picture)
    return pictures


def cuts(pictures):
    shots = np.array([shot for shot, _, _ in number_shots(enumerate(pictures))])
    assert shots[0] == 0 and set(np.diff(shots)) <= {0, 1}
    return (np.flatnonzero(np.diff(shots)) + 1).tolist()


def test_frames_pass_unchanged_and_in_order():
    pictures = dance(0, 4)
    out = list(number_shots((i, picture) for i, picture in enumerate(pictures)))
    assert [time for _, time, _ in out] == [0, 1, 2, 3]
    assert all(a is b for a, (_, _, b) in zip(pictures, out, strict=True))
    assert list(number_shots([])) == []


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_to_another_scene_is_found(seed):
    assert cuts(dance(seed, 12) + dance(100 + seed, 9) + dance(200 + seed, 5)) == [12, 21]


def test_cuts_at_the_first_and_the_last_frame():
    assert cuts(dance(0, 1) + dance(1, 8)) == [1]
    assert cuts(dance(0, 8) + dance(1, 1)) == [8]


def test_a_cut_to_a_closer_view_is_found():
    far = dance(3, 20)
    near = [cv2.resize(picture[16:80, 21:107], (128, 96)) for picture in far[10:]]
    assert cuts(far[:10] + near) == [10]


@pytest.mark.parametrize("seed", range(10))
def test_fast_motion_of_one_person_is_no_cut(seed):
    assert cuts(dance(seed, 30, speed=23)) == []


@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_is_no_cut(length):
    pictures = dance(4, 20)
    for i in range(9, 9 + length):
        pictures[i] = np.minimum(pictures[i].astype(int) * 1.6 + 30, 255).astype(np.uint8)
    assert cuts(pictures) == []


def test_a_single_white_frame_is_no_cut():
    pictures = dance(5, 20)
    pictures[9] = np.full_like(pictures[9], 255)
    assert cuts(pictures) == []


def test_a_whip_pan_is_no_cut():
    assert cuts([np.roll(picture, 12 * i, axis=1) for i, picture in enumerate(dance(6, 30))]) == []


def test_a_dimming_light_and_noise_are_no_cut():
    random = np.random.default_rng(0)
    pictures = [
        np.clip(picture * (1 - 0.04 * i) + random.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)
        for i, picture in enumerate(dance(7, 20))
    ]
    assert cuts(pictures) == []
    assert cuts([np.zeros((96, 128, 3), np.uint8)] * 10) == []
