"""Skin and what is painted on a face. All places are template coordinates."""

import numpy as np

from dancers.cast import Person
from dancers.colour import linear, mix
from dancers.noise import noise, smoothstep
from dancers.paint.hair import paint_scalp
from dancers.template import HEAD

GLOSS = 0.10


def paint_skin(points: np.ndarray, person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Colour (N, 3) and gloss (N,) of the body's surface at ``points`` (N, 3), hair on the scalp included."""
    colour = plain_skin(points, person)
    gloss = np.full(len(points), GLOSS, np.float32)
    head = np.nonzero(points[:, 2] > HEAD)[0]
    colour[head], gloss[head] = _paint_face(points[head], colour[head], person)
    colour[head], gloss[head] = paint_scalp(points[head], colour[head], gloss[head], person.hair)
    return colour, gloss


def plain_skin(points: np.ndarray, person: Person) -> np.ndarray:
    """Skin without a face, colour (N, 3): broad patches and fine pores."""
    tone = (0.92 + 0.16 * noise(points * 45)) * (0.97 + 0.06 * noise(points * 260))
    return linear(person.skin) * tone[:, None]


def _spot(across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """A soft round spot: 1 in the middle, 1/e at distance 1."""
    return np.exp(-(across**2 + along**2))


def _paint_face(points: np.ndarray, skin: np.ndarray, person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Cheeks, beard, lips, brows, eye sockets, liner and nostrils over the ``skin`` (N, 3) of the head."""
    face = person.face
    x, y, z = points.T
    side = np.abs(x)
    front = y < -0.085
    hair = linear(person.hair.colour)
    hairs = noise(points * 260)[:, None]

    colour = mix(skin, skin * [1.12, 0.80, 0.78], 0.7 * front * _spot((side - 0.043) / 0.018, (z - 0.692) / 0.016))
    tip = front & (y < -0.14)
    colour = mix(colour, colour * [1.08, 0.88, 0.85], 0.6 * tip * _spot(x / 0.014, (z - 0.692) / 0.014))
    colour = mix(colour, hair * (0.6 + 0.8 * hairs), face.beard * _beard(x, y, z))

    u = np.clip(side / 0.0285, 0, 1)
    upper = 0.6615 + 0.0085 * (1 - u**1.7) - 0.0015 * np.exp(-((x / 0.004) ** 2))
    lower = 0.6600 - 0.0120 * (1 - u**2)
    mouth = front & (y < -0.125) & (side < 0.0285)
    lips = mouth * smoothstep(-0.0012, 0.0012, np.minimum(upper - z, z - lower))
    colour = mix(colour, linear(face.lips), 0.9 * lips)
    colour = mix(colour, colour * 0.25, 0.8 * mouth * np.exp(-(((z - 0.6608) / 0.0011) ** 2)))

    arch = 0.7475 + 0.0035 * np.sin(np.clip((side - 0.012) / 0.042, 0, 1) * np.pi * 0.75)
    arch -= 0.10 * np.maximum(0, side - 0.042)
    thickness = face.brow * np.interp(side, [0.008, 0.014, 0.035, 0.050, 0.056], [0, 1, 1, 0.55, 0])
    brow = front & (thickness > 0.0003)
    brow = brow * smoothstep(0.0008, -0.0008, np.abs(z - arch) - thickness - 0.0004)
    colour = mix(colour, hair * 0.55 * (0.7 + 0.6 * hairs), 0.92 * brow)

    socket = np.exp(-((((side - 0.0308) / 0.021) ** 2 + ((z - 0.7285) / 0.0125) ** 2) ** 1.5))
    colour = mix(colour, colour * [0.62, 0.50, 0.50], 0.75 * front * socket)
    rim = np.hypot((side - 0.0308) / 0.0165, (z - 0.7285) / 0.0078) - 1
    colour = mix(colour, linear("#1e120f"), face.liner * front * np.exp(-((rim / 0.16) ** 2)))
    colour = mix(colour, colour * 0.2, 0.85 * front * _spot((side - 0.0075) / 0.0035, (z - 0.6862) / 0.0028))
    colour = mix(colour, colour * 0.72, 0.5 * front * _spot((side - 0.017) / 0.004, (z - 0.697) / 0.010))
    return colour, (GLOSS + 0.25 * lips).astype(np.float32)


def _beard(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Where a beard grows, 0..1: chin, upper lip and the sides up to the ears."""
    side = np.abs(x)
    front = smoothstep(-0.07, -0.10, y)
    edge = np.interp(side, [0, 0.02, 0.035, 0.055, 0.075], [0.650, 0.652, 0.664, 0.682, 0.712])
    chin = front * (z < 0.70) * smoothstep(0, 0.022, edge - z)
    moustache = 0.9 * front * _spot(x / 0.03, (z - 0.674) / 0.006)
    cheek = smoothstep(0.035, 0.06, side)
    cheek = cheek * smoothstep(0, 0.02, 0.705 - z) * smoothstep(-0.052, -0.075, y) * smoothstep(0.612, 0.630, z)
    return np.maximum(np.maximum(chin, moustache), cheek)
