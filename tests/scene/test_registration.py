"""Where frames lie in the reference: known motions of a camera before a known room."""


import cv2
import numpy as np
import pytest
from filmed import FRAMES, HEIGHT, WIDTH, errors, film, moved, room, shake

from pipeline.scene.registration import register
from pipeline.user.cli import UserError


@pytest.fixture
def registered(tmp_path, figure):
    def make(camera, background=None, shown=lambda t, picture: picture):
        return register(*film(tmp_path / "clip.parquet", figure, camera, room() if background is None else background,
                              shown))

    return make


def pan(t):
    return moved(x=WIDTH / 2 * (t / (FRAMES - 1) - 0.5))


def zoom(t):
    return moved(zoom=1 + 0.1 * t / (FRAMES - 1))


@pytest.mark.parametrize("camera", [shake, pan, zoom])
def test_motions_are_found_to_a_quarter_of_a_pixel(registered, camera):
    result = registered(camera)
    assert result.model == "similarity" and result.lost == 0 and result.drift > 2
    assert errors(result.to_reference, camera).max() < 0.25


def test_a_tilting_camera_needs_a_homography(registered):
    def camera(t):
        return moved(x=4 * np.sin(0.7 * t), tilt=3e-4 * np.sin(0.9 * t))

    result = registered(camera)
    assert result.model == "homography"
    assert errors(result.to_reference, camera).max() < 0.5


def test_light_and_captions_that_change_do_not_matter(registered):
    places = np.random.default_rng(2).integers(0, (WIDTH - 60, HEIGHT // 3), (4, 8, 2)).tolist()

    def shown(t, picture):
        picture = (picture * (1 + 0.2 * np.sin(t / 4))).clip(0, 255).astype(np.uint8)
        for x, y in places[t // 6]:
            cv2.putText(picture, "caption", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 2)
        return picture

    assert errors(registered(shake, shown=shown).to_reference, shake).max() < 0.25


def test_a_plain_wall_of_faint_structure_is_enough(registered):
    assert errors(registered(shake, room(contrast=0.1)).to_reference, shake).max() < 0.5


def test_a_tripod_gives_exactly_the_identity(registered):
    def shown(t, picture):
        return (picture * (1 + 0.1 * np.sin(t / 4))).clip(0, 255).astype(np.uint8)

    result = registered(lambda t: moved(), shown=shown)
    assert result.model == "still" and result.drift < 0.2
    np.testing.assert_array_equal(result.to_reference, np.tile(np.eye(3), (FRAMES, 1, 1)))


def test_a_blurred_moment_is_interpolated(registered):
    def shown(t, picture):
        return np.zeros_like(picture) if t in (8, 9, 10) else picture

    result = registered(lambda t: moved(x=1.5 * t - 18), shown=shown)
    assert result.lost == pytest.approx(3 / FRAMES)
    assert errors(result.to_reference, lambda t: moved(x=1.5 * t - 18)).max() < 0.3


def test_a_cut_to_another_place_is_refused_by_its_seconds(registered):
    def shown(t, picture):
        return picture if t < 16 else picture[::-1, ::-1]

    with pytest.raises(UserError, match=r"^from 1\.3 to 2\.0 s the target's background .*: cut the target's video"):
        registered(shake, shown=shown)
