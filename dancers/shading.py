"""Light on a dancer and on the room behind: from visible triangles to a picture."""

from typing import NamedTuple

import numpy as np
from numba import njit

from dancers import cast
from dancers.colour import GAMMA, linear
from dancers.raster import barycentric
from dancers.shadow import Shadow, lit
from dancers.texels import texel
from dancers.vectors import Vector, blend, dot, plus, unit, vector

SAMPLES = 2  # along each side of a pixel
SHINE = 28  # exponent of the highlights
WRAP = 0.18  # how far light reaches round the edge, as it does on skin and cloth
FILL_FROM = (0.65, -0.65, 0.1)  # the weak second light: from the front right


class Mesh(NamedTuple):
    """A posed mesh of V vertices and T triangles.

    xy: (V, 2), px of the finely sampled picture; nearness: (V,), 1 / depth. vertices, normals: (V, 3), m.
    triangles: int32 (T, 3). two_sided: bool (T,).
    """

    xy: np.ndarray
    nearness: np.ndarray
    vertices: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    two_sided: np.ndarray


class Paint(NamedTuple):
    """What the triangles look like, see :mod:`dancers.texels` and :class:`dancers.figure.Figure`."""

    divisions: np.ndarray
    first: np.ndarray
    colour: np.ndarray
    gloss: np.ndarray
    tilt: np.ndarray


class Lights(NamedTuple):
    """Strengths in red, green and blue of the lamp, of the fill light and of what comes from everywhere."""

    key: Vector
    fill: Vector
    ambient: Vector


def lights_of(light: cast.Light) -> Lights:
    """The lights of a room; fill and ambient are a little bluer than the lamp."""
    key = light.key * linear(light.colour).astype(np.float64) / linear(light.colour).max()
    fill, ambient = light.fill * np.array([0.13, 0.14, 0.17]), light.ambient * np.array([0.75, 0.775, 0.825])
    return Lights(*(tuple(strength.tolist()) for strength in (key, fill, ambient)))


@njit(inline="always")
def _light_on(
    mesh: Mesh, paint: Paint, lights: Lights, shadow: Shadow, eye: Vector, t: int, x: float, y: float
) -> Vector:
    """Linear light that reaches ``eye`` from triangle ``t`` at the point (x, y) of the finely sampled picture."""
    corners = mesh.triangles[t]
    weights = barycentric(mesh.xy, mesh.nearness, corners, x, y)
    point = blend(mesh.vertices, corners, weights)
    normal = unit(blend(mesh.normals, corners, weights))
    view = unit(plus(eye, point, -1.0))
    if mesh.two_sided[t] and dot(normal, view) < 0:
        normal = plus((0.0, 0.0, 0.0), normal, -1.0)
    k = paint.first[t] + texel(paint.divisions[t], weights[1], weights[2])
    normal = unit(plus(normal, vector(paint.tilt, k), 1.0))

    towards = vector(shadow.axes, 2)
    reached = lit(shadow, plus(point, normal, 0.012), 0.018, 1.0)
    direct = max((dot(normal, towards) + WRAP) / (1 + WRAP), 0.0) * reached
    side = min(max(dot(normal, FILL_FROM), 0.0), 1.0)
    around = (1.2 + 0.2 * normal[2]) * (0.75 + 0.25 * min(max(point[2] / 0.5, 0.0), 1.0))  # less near the floor
    shine = max(dot(normal, unit(plus(view, towards, 1.0))), 0.0) ** SHINE * paint.gloss[k] * reached
    colour = vector(paint.colour, k)
    return (
        colour[0] * (lights.ambient[0] * around + lights.key[0] * direct + lights.fill[0] * side) + shine,
        colour[1] * (lights.ambient[1] * around + lights.key[1] * direct + lights.fill[1] * side) + shine,
        colour[2] * (lights.ambient[2] * around + lights.key[2] * direct + lights.fill[2] * side) + shine,
    )


@njit(cache=True)
def shade(
    seen: np.ndarray,
    mesh: Mesh,
    paint: Paint,
    lights: Lights,
    shadow: Shadow,
    eye: Vector,
    room_ambient: np.ndarray,
    room_direct: np.ndarray,
    room_points: np.ndarray,
    picture: np.ndarray,
) -> np.ndarray:
    """Draw the dancer and the shadow into ``picture``, uint8 RGB (H, W, 3), which shows the empty room.

    seen: the visible triangle of every sample, int32 (SAMPLES H, SAMPLES W). eye: the camera's place. room_…: float32
    (H, W, 3), see :class:`dancers.room.Room`. Returns the share of each pixel that the dancer covers, (H, W).
    """
    height, width = picture.shape[:2]
    coverage = np.zeros((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            dancer, covered = (0.0, 0.0, 0.0), 0
            for row in range(y * SAMPLES, (y + 1) * SAMPLES):
                for column in range(x * SAMPLES, (x + 1) * SAMPLES):
                    if seen[row, column] >= 0:
                        light = _light_on(mesh, paint, lights, shadow, eye, seen[row, column], column + 0.5, row + 0.5)
                        dancer = plus(dancer, light, 1 / SAMPLES**2)
                        covered += 1
            reached = 1.0
            if covered < SAMPLES**2:
                reached = lit(shadow, vector(room_points[y], x), 0.0, 2.2)
            if covered == 0 and reached == 1.0:
                continue
            coverage[y, x] = covered / SAMPLES**2
            around = 1 - 0.25 * (1 - reached)  # beside the dancer less light comes from everywhere, too
            for c in range(3):
                room = room_ambient[y, x, c] * around + room_direct[y, x, c] * reached
                picture[y, x, c] = _develop(dancer[c] + (1 - coverage[y, x]) * room)
    return coverage


@njit(cache=True)
def develop(light: np.ndarray) -> np.ndarray:
    """Linear light (H, W, 3) as a picture, uint8 RGB."""
    picture = np.empty(light.shape, np.uint8)
    for y in range(light.shape[0]):
        for x in range(light.shape[1]):
            for c in range(3):
                picture[y, x, c] = _develop(light[y, x, c])
    return picture


@njit(inline="always")
def _develop(light: float) -> np.uint8:
    """Linear light as a byte: a soft shoulder instead of clipped highlights, then gamma."""
    shoulder = 1.12 * light / (1 + 0.12 * light)
    return np.uint8(min(max(shoulder, 0.0), 1.0) ** (1 / GAMMA) * 255 + 0.5)
