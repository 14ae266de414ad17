import numpy as np
import pytest

from dancers import cast
from dancers.camera import Camera

CAMERA = Camera(cast.Camera(distance=4, height=1.2, aim=0.9, field_of_view=30), 320, 240)


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


def test_rays_go_through_the_pixels_centres():
    rays = CAMERA.rays()
    assert rays.shape == (240, 320, 3)
    xy, nearness = CAMERA.project(CAMERA.position + 2.5 * rays[[0, 100, 239], [0, 200, 319]])
    np.testing.assert_allclose(xy, [(0.5, 0.5), (200.5, 100.5), (319.5, 239.5)])
    np.testing.assert_allclose(1 / nearness, 2.5)


def test_zooming_keeps_the_view():
    points = np.random.RandomState(0).uniform(-0.5, 0.5, (10, 3))
    np.testing.assert_allclose(CAMERA.zoomed(3).project(points)[0], 3 * CAMERA.project(points)[0])
