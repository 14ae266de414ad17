"""A dressed person: the mesh that is drawn, how it is painted and how it follows the skeleton."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.demo.assets import Template, load_template, shape_body
from pipeline.demo.cast import Person
from pipeline.demo.noise import noise, smoothstep
from pipeline.demo.paint.cloth import paint_clothes, paint_skirt
from pipeline.demo.paint.eye import paint_eye, paint_lashes
from pipeline.demo.paint.hair import above_hairline, paint_strips
from pipeline.demo.paint.skin import paint_skin
from pipeline.demo.skeleton import Skeleton
from pipeline.demo.template import HEAD, SHOE_TOP
from pipeline.demo.texels import Texels
from pipeline.demo.wardrobe import clothed

SKIN, CLOTHES, EYES, LASHES, HAIR, SKIRT = range(6)  # what a triangle shows
TWO_SIDED = (CLOTHES, LASHES, HAIR, SKIRT)
TEXEL = 0.004  # m
FACE_TEXEL = 0.0015  # m, on the head: lips and eyes are thin
COVERED = 0.008  # m inside a garment's edge from where on the body under it is not drawn, or it would show through
STRIP_WIDTH = 1.22  # the template's strips of hair leave gaps between them
OVER_SHIRT = 0.02  # m: loose hair falls over the shirt's back
INFLUENCES = 6  # bones that move a vertex
# How far folds tilt the surface, and how many of them there are in a metre, for each of the kinds above.
FOLDS = np.array([(0.05, 60), (0.30, 20), (0.05, 60), (0.05, 60), (0.12, 60), (0.30, 20)])


@dataclass(frozen=True)
class Figure:
    """A person ready to be posed and drawn, V vertices and T triangles.

    rest: (V, 3), m. weights, bones: (V, K). triangles: int32 (T, 3). two_sided: bool (T,). texels: where each
    triangle's texels are; colour: float32 (texels, 3), linear; gloss: float32 (texels,); tilt: float32
    (texels, 3), added to the normal. sole: height of the soles in the rest pose, m.
    """

    skeleton: Skeleton
    rest: np.ndarray
    weights: np.ndarray
    bones: np.ndarray
    triangles: np.ndarray
    two_sided: np.ndarray
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
    rest = _raise_scalp(template, rest, person)
    template = _iron(template)
    rest, sole = _dress(template, rest, person)

    parts = _parts(template, person)
    if person.hair.length is not None:
        template, rest, strips = _loose_hair(template, rest, person.hair.length)
        parts.append((strips, HAIR))
    triangles = np.concatenate([_split(quads) for quads, _ in parts])
    kind = np.concatenate([np.full(2 * len(quads), kind) for quads, kind in parts])
    used, triangles = np.unique(triangles, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    places = template.vertices[used]

    head = (places[triangles][:, :, 2] > HEAD).all(axis=1)
    texels = Texels.of_size(rest[used][triangles], np.where(head, FACE_TEXEL, TEXEL))
    points = texels.centres(places[triangles]).astype(np.float32)
    kinds = texels.spread(kind)
    colour, gloss = _paint(points, kinds, template, person)
    strongest = np.argsort(-template.weights[used], axis=1, kind="stable")[:, :INFLUENCES]
    weights = np.take_along_axis(template.weights[used], strongest, axis=1)
    return Figure(
        skeleton=skeleton,
        rest=rest[used],
        weights=weights / weights.sum(axis=1, keepdims=True),
        bones=np.take_along_axis(template.weight_bones[used], strongest, axis=1),
        triangles=triangles.astype(np.int32),
        two_sided=np.isin(kind, TWO_SIDED),
        texels=texels,
        colour=colour,
        gloss=gloss,
        tilt=_folds(points, kinds),
        sole=sole,
    )


def normals(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals (V, 3) of ``vertices`` (V, 3), outwards: the mean of the adjacent ``triangles``' by area."""
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    total = np.stack(
        [sum(np.bincount(triangles[:, corner], faces[:, axis], len(vertices)) for corner in range(3))
         for axis in range(3)],
        axis=1,
    )
    return total / (np.linalg.norm(total, axis=1, keepdims=True) + 1e-12)


def _split(quads: np.ndarray) -> np.ndarray:
    """Quads (M, 4) as triangles (2 M, 3)."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def _raise_scalp(template: Template, rest: np.ndarray, person: Person) -> np.ndarray:
    """Lift the scalp by the volume of the hair, lumpy as hair is."""
    body = _split(template.faces["body"])
    places = template.vertices
    grown = smoothstep(0, 0.018, above_hairline(places)) * (places[:, 2] > HEAD) * np.isin(np.arange(len(places)), body)
    lumps = 0.65 + 0.7 * noise(places * 28)
    return rest + normals(rest, body) * (grown * person.hair.volume * lumps)[:, None]


def _iron(template: Template) -> Template:
    """The template with smooth tights, or stripes on them would be crooked."""
    tights = _split(template.faces["helper-tights"])
    cloth = np.isin(np.arange(len(template.vertices)), tights) & (template.vertices[:, 2] > SHOE_TOP)
    return replace(template, vertices=_smooth(template.vertices, tights, cloth))


def _dress(template: Template, rest: np.ndarray, person: Person) -> tuple[np.ndarray, float]:
    """Turn the template's tights into clothes and shoes: smoother than the body, looser, with flat soles.

    Returns all vertices and the height of the soles.
    """
    places = template.vertices
    tights = _split(template.faces["helper-tights"])
    worn = np.isin(np.arange(len(rest)), tights)
    shoe = worn & (places[:, 2] < SHOE_TOP)
    cloth = worn & ~shoe & (clothed(places, person) > 0)
    rest = _smooth(rest, tights, cloth)
    loose = smoothstep(0, 0.03, clothed(places, person)) * person.top.looseness + 0.005
    rest = rest + normals(rest, tights) * (cloth * loose + shoe * 0.010)[:, None]
    if person.bottom.kind == "skirt":
        rest = _flare(template, rest, person)
    sole = rest[shoe, 2].min()
    rest[shoe & (rest[:, 2] < sole + 0.014), 2] = sole
    return rest, float(sole)


def _flare(template: Template, rest: np.ndarray, person: Person) -> np.ndarray:
    """Hold the skirt off what is worn under it, and end it in a straight seam."""
    skirt = _split(template.faces["helper-skirt"])
    worn = np.isin(np.arange(len(rest)), skirt)
    rest = rest + normals(rest, skirt) * (worn * (person.top.looseness + 0.010))[:, None]
    rest[:, 2] += worn * np.maximum(0, person.bottom.end - template.vertices[:, 2])
    return rest


def _smooth(vertices: np.ndarray, triangles: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Draw each of the vertices ``where`` (V,) is true half way to the mean of its neighbours, several times."""
    for _ in range(6):
        vertices = vertices + 0.5 * where[:, None] * (_neighbours_mean(vertices, triangles) - vertices)
    return vertices


def _neighbours_mean(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The mean (V, 3) of every vertex's neighbours; a vertex without any stays where it is."""
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    count = np.bincount(edges[:, 0], minlength=len(vertices))[:, None]
    total = np.stack(
        [np.bincount(edges[:, 0], vertices[edges[:, 1], axis], len(vertices)) for axis in range(3)], axis=1
    )
    return np.where(count > 0, total / np.maximum(count, 1), vertices)


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
    if person.bottom.kind == "skirt":
        skirt = faces["helper-skirt"]
        parts.append((skirt[(places[skirt][:, :, 2] > person.bottom.end).any(axis=1)], SKIRT))
    return parts


def _loose_hair(template: Template, rest: np.ndarray, length: float) -> tuple[Template, np.ndarray, np.ndarray]:
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
        SKIRT: lambda p: paint_skirt(p, person),
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
