import numpy as np
import pytest

from dancers import cast
from dancers.camera import Camera
from dancers.colour import GAMMA, linear
from dancers.raster import rasterize
from dancers.shading import SAMPLES, Mesh, Paint, develop, lights_of, shade
from dancers.shadow import cast_shadow, lamp_axes

SIZE = 32
CAMERA = Camera(cast.Camera(distance=4, height=1, aim=1, field_of_view=30), SIZE, SIZE)
LIGHT = cast.Light(direction=(0.0, -1.0, 0.5), colour="#ffffff", key=0.8, fill=1.0, ambient=0.4)


def test_light_becomes_the_colour_it_was_written_as():
    """Small amounts of light come out of the picture as the colour they were given as."""
    grey = np.broadcast_to(linear("#404040"), (2, 2, 3)).astype(np.float32)
    assert np.abs(develop(grey).astype(int) - 0x40).max() <= 4  # the shoulder lifts dark tones by up to 12 %


def test_more_light_is_never_darker_and_nothing_overflows():
    ramp = np.linspace(0, 5, 500, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    values = develop(ramp)[0, :, 0].astype(int)
    assert values[0] == 0 and values[-1] == 255 and (np.diff(values) >= 0).all()


def square(width):
    """A white square at height 1, turned to the camera, ``width`` m wide, and what is needed to draw it."""
    half = width / 2
    vertices = np.array([(-half, 0, 1 - half), (half, 0, 1 - half), (half, 0, 1 + half), (-half, 0, 1 + half)])
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    xy, nearness = CAMERA.project(vertices)
    xy *= SAMPLES
    one_sided = np.zeros(2, bool)
    seen = rasterize(xy, nearness, triangles, one_sided, SIZE * SAMPLES, SIZE * SAMPLES)
    mesh = Mesh(xy, nearness, vertices, np.tile([0.0, -1, 0], (4, 1)), triangles, one_sided)
    ones = np.ones(2, np.int32)
    paint = Paint(ones, np.arange(2, dtype=np.int32), np.full((2, 3), 0.5, np.float32), np.zeros(2, np.float32),
                  np.zeros((2, 3), np.float32))
    return seen, mesh, paint, cast_shadow(vertices, triangles, lamp_axes(np.array(LIGHT.direction)))


def draw(width, room_light=0.2):
    seen, mesh, paint, shadow = square(width)
    ambient = np.full((SIZE, SIZE, 3), room_light, np.float32)
    points = np.zeros((SIZE, SIZE, 3), np.float32) + [0, 50, 0]  # a wall far away, out of the shadow
    picture = develop(ambient)
    eye = tuple(CAMERA.position.tolist())
    lights = lights_of(LIGHT)
    coverage = shade(seen, mesh, paint, lights, shadow, eye, ambient, 0 * ambient, points.astype(np.float32), picture)
    return picture, coverage


def test_a_flat_surface_is_as_bright_as_the_formula_says():
    picture, coverage = draw(0.8)
    assert coverage[SIZE // 2, SIZE // 2] == 1
    cosine = 1 / np.hypot(1, 0.5)
    direct = (cosine + 0.18) / 1.18 * 0.8
    ambient = 0.4 * np.array([0.75, 0.775, 0.825]) * 1.2  # its normal is level; it is above half a metre
    light = 0.5 * (direct + ambient + 0.65 * np.array([0.13, 0.14, 0.17]))
    expected = np.minimum(1.12 * light / (1 + 0.12 * light), 1) ** (1 / GAMMA) * 255
    np.testing.assert_allclose(picture[SIZE // 2, SIZE // 2], expected, atol=1)


def test_coverage_is_the_area_and_edges_are_mixed():
    picture, coverage = draw(0.73)
    pixels = 0.73 * CAMERA.focal / 4
    assert coverage.sum() == pytest.approx(pixels**2, rel=0.1)
    room, dancer = picture[0, 0].astype(int), picture[SIZE // 2, SIZE // 2].astype(int)
    edge = picture[(coverage > 0) & (coverage < 1)].astype(int)
    assert len(edge) > 10 and (edge > np.minimum(room, dancer)).all() and (edge < np.maximum(room, dancer)).all()


def test_where_nobody_is_the_room_stays_as_it_is():
    picture, coverage = draw(0.8)
    empty = develop(np.full((SIZE, SIZE, 3), 0.2, np.float32))
    np.testing.assert_array_equal(picture[coverage == 0], empty[coverage == 0])
