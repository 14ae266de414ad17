"""A dressed person: the mesh that is drawn, how it is painted and how it follows the skeleton."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dancers.assets import Template, load_template, shape_body
from dancers.cast import Person
from dancers.joints import Landmarks
from dancers.mesh import split_quads
from dancers.noise import noise
from dancers.paint.cloth import paint_clothes
from dancers.paint.eye import paint_eye, paint_lashes
from dancers.paint.hair import paint_strips
from dancers.paint.skin import paint_skin
from dancers.skeleton import Skeleton
from dancers.tailoring import dress, iron, loose_hair, raise_scalp
from dancers.template import HEAD, SHOE_TOP
from dancers.texels import Texels
from dancers.wardrobe import clothed

SKIN, CLOTHES, EYES, LASHES, HAIR = range(5)  # what a triangle shows
TWO_SIDED = (CLOTHES, LASHES, HAIR)
TEXEL = 0.004  # m
FACE_TEXEL = 0.0015  # m, on the head: lips and eyes are thin
COVERED = 0.008  # m inside a garment's edge from where on the body under it is not drawn, or it would show through
INFLUENCES = 6  # bones that move a vertex
# How far folds tilt the surface, and how many of them there are in a metre, for each of the kinds above.
FOLDS = np.array([(0.05, 60), (0.30, 20), (0.05, 60), (0.05, 60), (0.12, 60)])


@dataclass(frozen=True)
class Figure:
    """A person ready to be posed and drawn, V vertices and T triangles.

    skeleton, landmarks: how the body moves, and where its joints are then.
    rest: (V, 3), m. weights, bones: (V, K). triangles: int32 (T, 3). kinds: int (T,), what they show, SKIN to HAIR.
    texels: where each triangle's texels are; colour: float32 (texels, 3), linear; gloss: float32 (texels,); tilt:
    float32 (texels, 3), added to the normal. sole: height of the soles in the rest pose, m.
    """

    skeleton: Skeleton
    landmarks: Landmarks
    rest: np.ndarray
    weights: np.ndarray
    bones: np.ndarray
    triangles: np.ndarray
    kinds: np.ndarray
    texels: Texels
    colour: np.ndarray
    gloss: np.ndarray
    tilt: np.ndarray
    sole: float


def build_figure(wheel: Path, person: Person) -> Figure:
    """Shape, dress and paint ``person``, from the body assets in ``wheel``."""
    template = load_template(wheel)
    rest, heads = shape_body(wheel, template, person.shape)
    skeleton = Skeleton(template.bones, template.parents, heads)
    landmarks = Landmarks(template, rest, heads)
    rest = raise_scalp(template, rest, person)
    template = iron(template)
    rest, sole = dress(template, rest, person)

    parts = _parts(template, person)
    if person.hair.length is not None:
        template, rest, strips = loose_hair(template, rest, person.hair.length)
        parts.append((strips, HAIR))
    triangles = np.concatenate([split_quads(quads) for quads, _ in parts])
    kinds = np.concatenate([np.full(2 * len(quads), kind) for quads, kind in parts])
    used, triangles = np.unique(triangles, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    places = template.vertices[used]

    head = (places[triangles][:, :, 2] > HEAD).all(axis=1)
    texels = Texels.of_size(rest[used][triangles], np.where(head, FACE_TEXEL, TEXEL))
    points = texels.centres(places[triangles]).astype(np.float32)
    shown = texels.spread(kinds)
    colour, gloss = _paint(points, shown, template, person)
    strongest = np.argsort(-template.weights[used], axis=1, kind="stable")[:, :INFLUENCES]
    weights = np.take_along_axis(template.weights[used], strongest, axis=1)
    return Figure(
        skeleton=skeleton,
        landmarks=landmarks,
        rest=rest[used],
        weights=weights / weights.sum(axis=1, keepdims=True),
        bones=np.take_along_axis(template.weight_bones[used], strongest, axis=1),
        triangles=triangles.astype(np.int32),
        kinds=kinds,
        texels=texels,
        colour=colour,
        gloss=gloss,
        tilt=_folds(points, shown),
        sole=sole,
    )


def _parts(template: Template, person: Person) -> list[tuple[np.ndarray, int]]:
    """The quads to draw and what they show."""
    places, faces = template.vertices, template.faces
    inside = clothed(places, person)
    body, tights = faces["body"], faces["helper-tights"]
    in_shoes = places[:, 2] < SHOE_TOP
    bare = ~((inside[body] > COVERED).all(axis=1) | (places[body][:, :, 2] < SHOE_TOP - 0.03).all(axis=1))
    worn = (inside[tights] > 0).any(axis=1) | in_shoes[tights].any(axis=1)
    parts = [(body[bare], SKIN), (tights[worn], CLOTHES)]
    parts += [(faces[f"helper-{side}-eye"], EYES) for side in "lr"]
    parts += [(faces[f"helper-{side}-eyelashes-{lid}"], LASHES) for side in "lr" for lid in "12"]
    return parts


def _paint(points: np.ndarray, kinds: np.ndarray, template: Template, person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Colour (texels, 3) and gloss (texels,) of all texels at template ``points`` showing ``kinds``."""
    colour = np.empty((len(points), 3), np.float32)
    gloss = np.empty(len(points), np.float32)
    places = template.vertices
    shoes = places[template.faces["helper-tights"]]
    sole = float(shoes[..., 2].min())
    eyes = {side: places[np.unique(template.faces[f"helper-{side}-eye"])] for side in "lr"}
    painters = {
        SKIN: lambda p: paint_skin(p, person),
        CLOTHES: lambda p: paint_clothes(p, person, sole),
        LASHES: paint_lashes,
        HAIR: lambda p: paint_strips(p, person.hair),
    }
    for kind, paint in painters.items():
        texels = np.nonzero(kinds == kind)[0]
        colour[texels], gloss[texels] = paint(points[texels])
    for side, left in (("l", True), ("r", False)):
        texels = np.nonzero((kinds == EYES) & ((points[:, 0] > 0) == left))[0]
        centre, radius = eyes[side].mean(axis=0), np.ptp(eyes[side][:, 0]) / 2
        colour[texels], gloss[texels] = paint_eye(points[texels], centre, radius, person.face.iris)
    return colour, gloss


def _folds(points: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """How the normal is tilted by folds of cloth, strands and pores, float32 (texels, 3)."""
    amount, density = FOLDS[kinds].T
    scaled = points * density[:, None]
    tilt = np.stack([noise(scaled + np.eye(3)[axis] * shift) for axis, shift in enumerate((17.3, 29.1, 41.7))], axis=1)
    return ((tilt - 0.5) * amount[:, None]).astype(np.float32)
