"""Walls, floors and what hangs on a wall. All places are metres in the room."""

import numpy as np

from dancers.cast import Item, Surface
from dancers.colour import linear, mix
from dancers.noise import noise, smoothstep

SKIRTING = 0.10  # m: height of the board along the wall
FRAME = 0.05  # m


def paint_surface(u: np.ndarray, v: np.ndarray, surface: Surface) -> np.ndarray:
    """Colour (N, 3) of a wall, ``u`` to the right and ``v`` up, or of a floor, ``v`` to the back, each (N,) in m."""
    colour, joints = linear(surface.colour), linear(surface.joints)
    if surface.kind == "plaster":
        return mix(_shade(colour, 0.92 + 0.16 * _noise(u * 3, v * 3)), joints, np.abs((u + 0.35) % 0.9 - 0.45) < 0.012)
    if surface.kind == "bricks":
        row = np.floor(v / 0.085)
        place = u / 0.23 + 0.5 * (row % 2)
        gap = (np.abs(v / 0.085 % 1 - 0.5) > 0.44) | (np.abs(place % 1 - 0.5) > 0.475)
        tone = 0.6 + 0.6 * _noise(np.floor(place) * 2.1, row * 3.7) + 0.25 * _noise(u * 40, v * 40)
        return mix(_shade(colour, tone), joints, gap)
    if surface.kind == "curtain":
        fold = np.sin(u * 2 * np.pi / 0.23 + 1.5 * np.sin(u * 2.1))
        return mix(_shade(colour, 0.8 + 0.2 * _noise(u * 60, v * 4)), joints, 0.5 - 0.5 * fold)
    if surface.kind == "wallpaper":
        stripe = smoothstep(-0.1, 0.1, np.sin(u * 2 * np.pi / 0.35))
        return mix(_shade(colour, 0.95 + 0.1 * _noise(u * 30, v * 30)), joints, stripe)
    if surface.kind == "planks":
        board = np.floor(u / 0.16)
        length = np.floor(v / 0.9 + 7 * _noise(board * 1.7, 0 * board))
        tone = 0.65 + 0.5 * _noise(board * 3.3 + 0.5, length * 2.7) + 0.3 * _noise(u * 60, v * 3, board)
        return mix(_shade(colour, tone), joints, np.abs(u / 0.16 % 1 - 0.5) > 0.47)
    if surface.kind == "parquet":  # squares of staves, turned alternately
        across, along = np.floor(u / 0.4), np.floor(v / 0.4)
        turned = (across + along) % 2 == 0
        stave = np.floor(np.where(turned, u, v) / 0.1)
        tone = 0.75 + 0.35 * _noise(stave * 2.3 + 5 * across, along * 3.1 + turned) + 0.15 * _noise(u * 50, v * 50)
        return mix(_shade(colour, tone), joints, np.abs(np.where(turned, u, v) / 0.1 % 1 - 0.5) > 0.47)
    if surface.kind == "tiles":
        gap = (np.abs(u / 0.5 % 1 - 0.5) > 0.485) | (np.abs(v / 0.5 % 1 - 0.5) > 0.485)
        dark = (np.floor(u / 0.5) + np.floor(v / 0.5)) % 2
        return mix(_shade(colour, (1 - 0.25 * dark) * (0.92 + 0.16 * _noise(u * 8, v * 8))), joints, gap)
    patches = 0.8 + 0.25 * _noise(u * 5, v * 5) + 0.15 * _noise(u * 50, v * 50)  # concrete
    gap = (np.abs(u / 0.6 % 1 - 0.5) > 0.49) | (np.abs(v / 0.6 % 1 - 0.5) > 0.49)
    return mix(_shade(colour, patches), joints, gap)


def paint_item(x: np.ndarray, z: np.ndarray, wall: np.ndarray, item: Item) -> np.ndarray:
    """The ``wall``'s colour (N, 3) at ``x`` to the right and height ``z``, each (N,) in m, with ``item`` over it."""
    across, up = np.abs(x - item.x) - item.width / 2, np.abs(z - item.z) - item.height / 2
    covered, inside = np.maximum(across, up) < 0, np.maximum(across, up) < -FRAME
    colour = linear(item.colour)
    if item.kind == "band":
        return mix(wall, colour, covered)
    wall = mix(wall, colour * 0.35, covered)  # the frame
    if item.kind == "picture":
        return mix(wall, _shade(colour, 0.4 + 1.2 * _noise(x * 7, z * 7)), inside)
    if item.kind == "door":
        panel = np.maximum(np.abs(x - item.x) - item.width / 4, np.abs((z - 0.45) % 0.9 - 0.45) - 0.33)
        return mix(wall, _shade(colour, 0.8 + 0.2 * (panel < 0)), inside)
    bar = (np.abs(x - item.x) < 0.02) | (np.abs(z - item.z) < 0.02)  # window
    sky = colour * (0.75 + 0.5 * smoothstep(item.z - item.height / 2, item.z + item.height / 2, z))[:, None]
    return mix(wall, sky, inside & ~bar)


def _shade(colour: np.ndarray, tone: np.ndarray) -> np.ndarray:
    return colour * tone[:, None]


def _noise(u: np.ndarray, v: np.ndarray, w: np.ndarray | None = None) -> np.ndarray:
    return noise(np.stack([u, v, 0 * u if w is None else w], axis=1))
