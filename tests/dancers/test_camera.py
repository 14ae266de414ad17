import cv2
import numpy as np
import pytest

from dancers import cast
from dancers.camera import Camera

STILL = cast.Camera(distance=4, height=1.2, aim=0.9, field_of_view=30)
CAMERA = Camera(STILL, 320, 240)
HELD = STILL.model_copy(update={"hand": cast.Hand(seed=0, shift=0.02, turn=1)})


def test_what_it_aims_at_is_in_the_middle():
    xy, nearness = CAMERA.project(np.array([[0, 0, 0.9]]))
    np.testing.assert_allclose(xy[0], [160, 120], atol=1e-9)
    assert 1 / nearness[0] == pytest.approx(np.hypot(4, 0.3))


def test_the_field_of_view_is_vertical():
    top = CAMERA.position + CAMERA.forward + np.tan(np.radians(15)) * CAMERA.up
    assert CAMERA.project(top[None])[0][0, 1] == pytest.approx(0)


def test_left_of_a_person_who_faces_it_is_right_in_the_picture_and_up_is_up():
    middle, left, up = CAMERA.project(np.array([[0, 0, 1], [0.5, 0, 1], [0, 0, 1.5]]))[0]
    assert left[0] > middle[0] and up[1] < middle[1]


@pytest.mark.parametrize("camera", [CAMERA, Camera(HELD, 320, 240, 1.7)], ids=["still", "held"])
def test_rays_go_through_the_pixels_centres(camera):
    rays = camera.rays()
    assert rays.shape == (240, 320, 3)
    xy, nearness = camera.project(camera.position + 2.5 * rays[[0, 100, 239], [0, 200, 319]])
    np.testing.assert_allclose(xy, [(0.5, 0.5), (200.5, 100.5), (319.5, 239.5)])
    np.testing.assert_allclose(1 / nearness, 2.5)


@pytest.mark.parametrize("camera", [CAMERA, Camera(HELD, 320, 240, 1.7)], ids=["still", "held"])
def test_zooming_keeps_the_view(camera):
    points = np.random.RandomState(0).uniform(-0.5, 0.5, (10, 3))
    np.testing.assert_allclose(camera.zoomed(3).project(points)[0], 3 * camera.project(points)[0])


def test_a_still_camera_sees_the_same_at_all_times_and_so_does_a_stopped_one():
    stopped = STILL.model_copy(update={"hand": HELD.hand.model_copy(update={"stopped": 2.5})})
    for description in (STILL, stopped):
        first, later = Camera(description, 320, 240), Camera(description, 320, 240, 3.0)
        assert not first.moves
        np.testing.assert_array_equal(first.matrix(), later.matrix())
    np.testing.assert_array_equal(Camera(stopped, 320, 240).matrix(), Camera(HELD, 320, 240, 2.5).matrix())


def test_a_held_camera_is_a_camera_near_its_place():
    """OpenCV takes its matrix apart into the lens, a rotation and the place."""
    for time in np.arange(0, 6, 0.5):
        camera = Camera(HELD, 320, 240, time)
        lens, turn, place, *_ = cv2.decomposeProjectionMatrix(camera.matrix())
        np.testing.assert_allclose(lens / lens[2, 2], [[camera.focal, 0, 160], [0, camera.focal, 120], [0, 0, 1]],
                                   atol=1e-6)
        np.testing.assert_allclose(place[:3, 0] / place[3, 0], camera.position)
        np.testing.assert_allclose(turn, [camera.right, -camera.up, camera.forward], atol=1e-9)
        assert camera.moves and 0 < np.linalg.norm(camera.position - CAMERA.position) < 0.12
        assert 0 < np.degrees(np.arccos(camera.forward @ CAMERA.forward)) < 5


def test_a_held_camera_moves_smoothly():
    """In a quarter of the time its speed changes by about a quarter; over a jerk it would change by as much."""
    def largest_change(step):
        cameras = [Camera(HELD, 320, 240, time) for time in np.arange(0, 4, step)]
        seen = np.array([camera.project(np.zeros((1, 3)))[0][0] for camera in cameras])
        return np.abs(np.diff(seen, n=2, axis=0)).max() / step

    assert largest_change(1 / 120) < 0.4 * largest_change(1 / 30)
