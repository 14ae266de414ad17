"""Clothes, shoes and hair as geometry: the template's helper meshes, fitted to a body."""

from dataclasses import replace

import numpy as np

from dancers.assets import Template
from dancers.cast import Person, Skirt
from dancers.mesh import normals, smooth, split_quads
from dancers.noise import noise, smoothstep
from dancers.paint.hair import above_hairline
from dancers.template import HEAD, SHOE_TOP
from dancers.wardrobe import clothed

CLOSEST = 0.005  # m between the body and any garment
SHOE = 0.010  # m: thickness of the uppers
SOLE = 0.014  # m
STRIP_WIDTH = 1.22  # the template's strips of hair leave gaps between them
RINGS, COLUMNS = 32, 144  # of a skirt's mesh
OVER_TOP = 0.014  # m: a skirt is worn over the shirt
PLEAT = 0.07  # how far pleats go in and out at the hem, as a share of its width
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
    copied = strips.reshape(-1)
    longer = _append(template, template.vertices[copied], template.weights[copied], template.weight_bones[copied])
    return longer, np.concatenate([rest, wider]), len(rest) + np.arange(len(copied)).reshape(-1, 4)


def hang_skirt(template: Template, rest: np.ndarray, skirt: Skirt) -> tuple[Template, np.ndarray, np.ndarray]:
    """Append a skirt: the template's, which moves with the hips and legs, with a finer mesh, a hem, flare and pleats.

    Returns the template and the rest vertices with it, and the skirt's quads.
    """
    grid = _rings(template)
    dense = np.zeros((*grid.shape, len(template.bones)))
    np.put_along_axis(dense, template.weight_bones[grid], template.weights[grid], axis=2)
    values = np.concatenate([template.vertices[grid], rest[grid], dense], axis=2)

    column = np.arange(COLUMNS) * grid.shape[1] / COLUMNS
    before, share = column.astype(int), (column % 1)[:, None]
    values = (1 - share) * values[:, before] + share * values[:, (before + 1) % grid.shape[1]]
    down = np.linspace(0, 1, RINGS)
    rows = []
    for line in np.moveaxis(values, 1, 0):  # from the waist to the ankles
        heights = line[0, 2] + down * (skirt.hem - line[0, 2])
        row = np.interp(-heights, -line[:, 2], np.arange(len(line)))
        above, share = np.minimum(row.astype(int), len(line) - 2), (row - np.minimum(row.astype(int), len(line) - 2))
        rows.append(line[above] + share[:, None] * (line[above + 1] - line[above]))
    values = np.stack(rows, axis=1)  # (RINGS, COLUMNS, ...)
    places, worn, dense = values[..., :3], values[..., 3:6], values[..., 6:]

    out = worn[..., :2] - worn[..., :2].mean(axis=1, keepdims=True)
    width = np.linalg.norm(out, axis=2, keepdims=True)
    wave = np.cos(2 * np.pi * skirt.pleats * np.arange(COLUMNS) / COLUMNS)
    wider = down[:, None] * (skirt.flare + PLEAT * wave)
    worn[..., :2] += out * (OVER_TOP / width + wider[..., None])

    bones = np.argsort(-dense, axis=2, kind="stable")[..., : template.weights.shape[1]]
    weights = np.take_along_axis(dense, bones, axis=2)
    weights /= weights.sum(axis=2, keepdims=True)
    longer = _append(template, *(part.reshape(RINGS * COLUMNS, -1) for part in (places, weights, bones)))
    index = len(rest) + np.arange(RINGS * COLUMNS).reshape(RINGS, COLUMNS)
    following = np.roll(index, -1, axis=1)
    quads = np.stack([index[:-1], index[1:], following[1:], following[:-1]], axis=2)
    return longer, np.concatenate([rest, worn.reshape(-1, 3)]), quads.reshape(-1, 4)


def _rings(template: Template) -> np.ndarray:
    """The vertices of the template's skirt, (rings, columns): rings from the waist down, columns to the left."""
    quads = template.faces["helper-skirt"]
    edges = np.concatenate([np.stack([quads[:, k], quads[:, (k + 1) % 4]], axis=1) for k in range(4)])
    edge, count = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    rim = np.unique(edge[count == 1])
    heights = template.vertices[:, 2]
    ring = rim[heights[rim] > heights[quads].mean()]
    rings, seen = [], np.empty(0, int)
    while len(ring):
        x, y, _ = (template.vertices[ring] - template.vertices[ring].mean(axis=0)).T
        rings.append(ring[np.argsort(np.arctan2(x, -y))])
        seen = np.concatenate([seen, ring])
        ring = np.setdiff1d(edge[np.isin(edge, ring).any(axis=1)], seen)
    return np.stack(rings)


def _append(template: Template, vertices: np.ndarray, weights: np.ndarray, bones: np.ndarray) -> Template:
    """The template with more vertices."""
    return replace(template, vertices=np.concatenate([template.vertices, vertices]),
                   weights=np.concatenate([template.weights, weights]),
                   weight_bones=np.concatenate([template.weight_bones, bones]))
