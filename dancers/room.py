"""A room as a camera sees it: painted and lit, waiting for a dancer's shadow."""

import numpy as np

from dancers import cast
from dancers.camera import Camera
from dancers.colour import linear
from dancers.noise import smoothstep
from dancers.paint.surface import SKIRTING, paint_item, paint_surface
from dancers.shading import lights_of
from dancers.shadow import lamp_axes

SAMPLES = 2  # along each side of a pixel


class Room:
    """The background, H x W pixels.

    ambient, direct: float32 (H, W, 3), linear light that reaches the camera by way of everywhere and from the lamp;
    direct light is what a shadow takes away. points: float32 (H, W, 3), the place in the room behind each pixel, m.
    """

    def __init__(self, description: cast.Room, camera: Camera):
        light = description.light
        fine = camera.zoomed(SAMPLES)
        points, on_floor = _hit(fine, description.wall_distance)
        colour = _paint(points, on_floor, description) * _corners(points, on_floor, description)[:, None]
        colour *= _vignette(fine)[:, None]
        towards = lamp_axes(np.array(light.direction))[2]
        facing = np.where(on_floor, towards[2], -towards[1])
        self.ambient = _shrink(colour * light.ambient, fine)
        self.direct = _shrink(colour * np.maximum(facing, 0)[:, None] * lights_of(light).key, fine)
        self.points = _shrink(points, fine)


def _hit(camera: Camera, wall_distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the ray through each pixel ends (N, 3), m, and whether that is the floor rather than the wall (N,)."""
    rays = camera.rays().reshape(-1, 3)
    down = rays[:, 2] < -1e-6
    to_floor = np.where(down, -camera.position[2] / np.where(down, rays[:, 2], -1), np.inf)
    to_wall = (wall_distance - camera.position[1]) / rays[:, 1]
    on_floor = to_floor < to_wall
    return camera.position + rays * np.where(on_floor, to_floor, to_wall)[:, None], on_floor


def _paint(points: np.ndarray, on_floor: np.ndarray, room: cast.Room) -> np.ndarray:
    """Colours (N, 3) of the wall with what hangs on it, and of the floor."""
    colour = np.empty(points.shape)
    x, y, _ = points[on_floor].T
    colour[on_floor] = paint_surface(x, y, room.floor)
    x, _, z = points[~on_floor].T
    wall = paint_surface(x, z, room.wall)
    for item in room.items:
        wall = paint_item(x, z, wall, item)
    colour[~on_floor] = np.where((z < SKIRTING)[:, None], linear(room.wall.joints), wall)
    return colour


def _corners(points: np.ndarray, on_floor: np.ndarray, room: cast.Room) -> np.ndarray:
    """Ambient occlusion (N,): it is darker where wall and floor meet."""
    floor = 0.55 + 0.45 * smoothstep(0, 0.5, room.wall_distance - points[:, 1])
    return np.where(on_floor, floor, 0.65 + 0.35 * smoothstep(0, 0.45, points[:, 2]))


def _vignette(camera: Camera) -> np.ndarray:
    """Lenses darken the corners of a picture, (N,)."""
    x = (np.arange(camera.width) + 0.5) / camera.width * 2 - 1
    y = (np.arange(camera.height) + 0.5) / camera.height * 2 - 1
    return (1 - 0.16 * (x[None, :] ** 2 + y[:, None] ** 2)).reshape(-1)


def _shrink(values: np.ndarray, fine: Camera) -> np.ndarray:
    """The means (H, W, 3) over each pixel's samples (N, 3)."""
    split = values.reshape(fine.height // SAMPLES, SAMPLES, fine.width // SAMPLES, SAMPLES, 3)
    return split.mean(axis=(1, 3), dtype=np.float32)
