"""Clothes and shoes. All places are template coordinates."""

import numpy as np

from dancers.cast import Person, Skirt, Top
from dancers.colour import linear, mix
from dancers.noise import noise, smoothstep
from dancers.paint.skin import plain_skin
from dancers.template import ARM, SHOE_TOP, along_arm, on_arm
from dancers.wardrobe import clothed, in_top

GLOSS = 0.03
SHOE_GLOSS = 0.15


def paint_clothes(points: np.ndarray, person: Person, sole: float) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of shirt, trousers and shoes at ``points`` (N, 3).

    sole: template height of the soles' lower side.
    """
    top = (in_top(points, person) > 0) | on_arm(points)
    colour = np.where(top[:, None], _top(points, person.top), _weave(points, person))
    colour = _worn(points, colour)
    inside = clothed(points, person)
    colour = mix(colour, colour * 0.72, 0.8 * smoothstep(0.012, 0.004, inside))  # seams along the edges
    hem = ~on_arm(points) * np.exp(-(((points[:, 2] - person.top.hem) / 0.006) ** 2))
    colour = mix(colour, colour * 0.4, 0.6 * hem)
    colour = np.where((inside <= 0)[:, None], plain_skin(points, person), colour)
    shoe = points[:, 2] < SHOE_TOP
    colour = np.where(shoe[:, None], _shoes(points, person, sole), colour)
    return colour.astype(np.float32), np.where(shoe, SHOE_GLOSS, GLOSS).astype(np.float32)


def paint_skirt(points: np.ndarray, skirt: Skirt) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of a skirt at ``points`` (N, 3)."""
    colour = _worn(points, np.broadcast_to(linear(skirt.colour), points.shape))
    seam = np.exp(-(((points[:, 2] - skirt.hem - 0.02) / 0.003) ** 2))
    return mix(colour, colour * 0.6, seam).astype(np.float32), np.full(len(points), GLOSS, np.float32)


def _worn(points: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Broad folds and fine threads over ``colour`` (N, 3)."""
    fold, thread = noise(points * [14, 14, 9]), noise(points * 420)
    return colour * ((0.90 + 0.2 * fold) * (0.95 + 0.1 * thread))[:, None]


def _weave(points: np.ndarray, person: Person) -> np.ndarray:
    """The bottom's cloth, with lighter threads where it is coarse."""
    colour = np.broadcast_to(linear(person.bottom.colour), points.shape)
    return mix(colour, colour * 1.35, 0.35 * person.bottom.weave * (noise(points * 420) > 0.55))


def _top(points: np.ndarray, top: Top) -> np.ndarray:
    """The shirt's cloth with its pattern."""
    x, y, z = points.T
    arm = on_arm(points)
    height = np.where(arm, along_arm(points) * ARM, z)  # stripes run round the arms as they run round the body
    first = np.broadcast_to(linear(top.colour), points.shape)
    second = linear(top.second)
    if top.pattern == "stripes":
        return mix(first, second, smoothstep(-0.15, 0.15, np.sin(height * 2 * np.pi / 0.052)))
    if top.pattern == "checks":
        across = np.where(arm, y, x)
        lines = [smoothstep(-0.1, 0.1, np.sin(each * 2 * np.pi / 0.05)) for each in (height, across)]
        return mix(first, second, 0.5 * lines[0] + 0.5 * lines[1])
    if top.pattern == "dots":
        row = np.floor(height / 0.035)
        across = np.where(arm, y, x) / 0.035 + 0.5 * (row % 2)
        distance = np.hypot(across % 1 - 0.5, height / 0.035 % 1 - 0.5)
        return mix(first, second, smoothstep(0.30, 0.22, distance))
    if top.pattern == "print":
        on_chest = ~arm & (y < -0.02)
        disc = on_chest * smoothstep(1.05, 0.95, (x / 0.075) ** 2 + ((z - 0.40) / 0.06) ** 2)
        bar = on_chest * (np.abs(x) < 0.055) * smoothstep(0, 0.006, 0.012 - np.abs(z - 0.40 - 0.25 * x))
        cuff = arm * smoothstep(0, 0.02, along_arm(points) - top.sleeve + 0.25)
        return mix(mix(mix(first, second, disc), first * 0.5, bar), second, cuff)
    return first


def _shoes(points: np.ndarray, person: Person, sole: float) -> np.ndarray:
    """Trainers: a light sole and laces on top."""
    x, y, z = points.T
    colour = np.where((z < sole + 0.022)[:, None], linear(person.shoes.sole), linear(person.shoes.colour))
    on_top = (y < -0.09) & (y > -0.19) & (np.abs(np.abs(x) - 0.21) < 0.03) & (z > sole + 0.05)
    return mix(colour, linear("#ebebeb"), on_top & (np.abs(np.sin(y * 2 * np.pi / 0.022)) > 0.75))
