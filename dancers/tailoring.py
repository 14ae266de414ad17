"""Clothes, shoes and hair as geometry: the template's helper meshes, fitted to a body."""

from dataclasses import replace

import numpy as np

from dancers.assets import Template
from dancers.cast import Person
from dancers.mesh import normals, smooth, split_quads
from dancers.noise import noise, smoothstep
from dancers.paint.hair import above_hairline
from dancers.template import HEAD, SHOE_TOP
from dancers.wardrobe import clothed

CLOSEST = 0.005  # m between the body and any garment
SHOE = 0.010  # m: thickness of the uppers
SOLE = 0.014  # m
STRIP_WIDTH = 1.22  # the template's strips of hair leave gaps between them
OVER_SHIRT = 0.02  # m: loose hair falls over the shirt's back


def raise_scalp(template: Template, rest: np.ndarray, person: Person) -> np.ndarray:
    """Lift the scalp by the volume of the hair, lumpy as hair is."""
    body = split_quads(template.faces["body"])
    places = template.vertices
    grown = smoothstep(0, 0.018, above_hairline(places)) * (places[:, 2] > HEAD) * np.isin(np.arange(len(places)), body)
    lumps = 0.65 + 0.7 * noise(places * 28)
    return rest + normals(rest, body) * (grown * person.hair.volume * lumps)[:, None]


def iron(template: Template) -> Template:
    """The template with smooth tights, or stripes on them would be crooked."""
    tights = split_quads(template.faces["helper-tights"])
    cloth = np.isin(np.arange(len(template.vertices)), tights) & (template.vertices[:, 2] > SHOE_TOP)
    return replace(template, vertices=smooth(template.vertices, tights, cloth))


def dress(template: Template, rest: np.ndarray, person: Person) -> tuple[np.ndarray, float]:
    """Turn the template's tights into clothes and shoes: smoother than the body, looser, with flat soles.

    Returns all vertices and the height of the soles.
    """
    places = template.vertices
    tights = split_quads(template.faces["helper-tights"])
    worn = np.isin(np.arange(len(rest)), tights)
    shoe = worn & (places[:, 2] < SHOE_TOP)
    cloth = worn & ~shoe & (clothed(places, person) > 0)
    rest = smooth(rest, tights, cloth)
    loose = smoothstep(0, 0.03, clothed(places, person)) * person.top.looseness + CLOSEST
    rest = rest + normals(rest, tights) * (cloth * loose + shoe * SHOE)[:, None]
    sole = rest[shoe, 2].min()
    rest[shoe & (rest[:, 2] < sole + SOLE), 2] = sole
    return rest, float(sole)


def loose_hair(template: Template, rest: np.ndarray, length: float) -> tuple[Template, np.ndarray, np.ndarray]:
    """Append widened copies of the strips of hair beside and behind the face, down to template height ``length``.

    Returns the template and the rest vertices with them, and the strips' quads.
    """
    strips = template.faces["helper-hair"]
    middle = template.vertices[strips].mean(axis=1)
    beside = (middle[:, 1] > -0.075) & (middle[:, 2] > length)
    beside &= ~((middle[:, 1] < -0.03) & (middle[:, 2] < 0.60))
    strips = strips[beside | (middle[:, 2] > 0.83)]
    corners = rest[strips]
    centre = corners.mean(axis=1, keepdims=True)
    wider = (centre + (corners - centre) * STRIP_WIDTH).reshape(-1, 3)
    wider[:, 1] += OVER_SHIRT * smoothstep(0.62, 0.50, template.vertices[strips][..., 2].reshape(-1))
    first, copied = len(rest), strips.reshape(-1)
    longer = replace(
        template,
        vertices=np.concatenate([template.vertices, template.vertices[copied]]),
        weights=np.concatenate([template.weights, template.weights[copied]]),
        weight_bones=np.concatenate([template.weight_bones, template.weight_bones[copied]]),
    )
    return longer, np.concatenate([rest, wider]), first + np.arange(len(copied)).reshape(-1, 4)
