"""The canvas of a camera that moves, and its plate."""


from dataclasses import replace

import numpy as np
import pytest
from filmed import FRAMES, HEIGHT, HOME, WIDTH, film, moved, room

from pipeline.scene.canvas import camera_of, canvas_plate, draw_camera
from pipeline.scene.registration import Registration
from pipeline.user.cli import UserError


def pan(t):
    return moved(x=3 * t - 35.0)


@pytest.fixture
def known():
    """The true registration of the pan, to where the camera is at home."""
    return Registration(np.stack([np.linalg.inv(HOME) @ pan(t) for t in range(FRAMES)]), "similarity", 20.0, 0.0)


def test_the_canvas_holds_all_frames_and_the_plate_is_the_room(tmp_path, figure, known):
    store, joints = film(tmp_path / "clip.parquet", figure, pan, room())
    camera = camera_of(store, known)
    assert (camera.width, camera.height) == (WIDTH + 69, HEIGHT) and camera.moves
    np.testing.assert_allclose(camera.to_canvas[0], np.eye(3), atol=1e-9)
    plate = canvas_plate(store, joints, FRAMES, camera)
    left, top = (HOME[:2, 2] - [35, 0]).astype(int)
    truth = room()[top : top + HEIGHT, left : left + WIDTH + 69]
    assert plate.shape == truth.shape and plate.dtype == np.uint8
    assert np.abs(plate.astype(float) - truth).mean() < 3
    assert draw_camera(plate, camera, WIDTH, HEIGHT).shape == plate.shape


def test_held_out_frames_are_not_in_the_plate(tmp_path, figure, known):
    def shown(t, picture):
        return picture if t < 18 else np.full_like(picture, 255)

    store, joints = film(tmp_path / "clip.parquet", figure, pan, room(), shown)
    assert canvas_plate(store, joints, 18, camera_of(store, known)).max() < 230


def test_a_band_after_another_gives_the_same(tmp_path, figure, known, monkeypatch):
    store, joints = film(tmp_path / "clip.parquet", figure, pan, room())
    camera = camera_of(store, known)
    whole = canvas_plate(store, joints, FRAMES, camera)
    monkeypatch.setattr("pipeline.scene.canvas.BAND", 5 * camera.width * FRAMES * 100)
    np.testing.assert_allclose(canvas_plate(store, joints, FRAMES, camera), whole, atol=2)


def test_a_still_cameras_canvas_is_the_frame(tmp_path, figure):
    store, joints = film(tmp_path / "clip.parquet", figure, lambda t: moved(), room())
    camera = camera_of(store, Registration(np.tile(np.eye(3), (FRAMES, 1, 1)), "still", 0.0, 0.0))
    assert not camera.moves and (camera.width, camera.height) == (WIDTH, HEIGHT)
    assert canvas_plate(store, joints, FRAMES, camera).shape == (HEIGHT, WIDTH, 3)


def test_a_camera_that_goes_too_far_is_refused_by_its_seconds(tmp_path, figure, known):
    store, _ = film(tmp_path / "clip.parquet", figure, pan, room())
    far = known.to_reference.copy()
    far[12:, 0, 2] += 2 * WIDTH
    with pytest.raises(UserError, match=r"^from 1\.0 to 2\.0 s the target's camera shows a place far from"):
        camera_of(store, replace(known, to_reference=far))
