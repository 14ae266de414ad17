"""A dressed person: the mesh that is drawn, how it is painted and how it follows the skeleton."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from dancers.assets import Template, load_template, shape_body
from dancers.cast import Person
from dancers.draping import Thighs, lift
from dancers.joints import Landmarks
from dancers.mesh import normals, split_quads
from dancers.noise import noise, smoothstep
from dancers.paint.cloth import paint_clothes, paint_skirt
from dancers.paint.eye import paint_eye, paint_lashes
from dancers.paint.hair import paint_strips
from dancers.paint.skin import paint_skin
from dancers.skeleton import Pose, Skeleton, skin
from dancers.tailoring import dress, hang_skirt, iron, loose_hair, raise_scalp
from dancers.template import HEAD, SHOE_TOP
from dancers.texels import Texels
from dancers.wardrobe import clothed

SKIN, CLOTHES, EYES, LASHES, HAIR, SKIRT = range(6)  # what a triangle shows
TWO_SIDED = (CLOTHES, LASHES, HAIR, SKIRT)
TEXEL = 0.004  # m
FACE_TEXEL = 0.0015  # m, on the head: lips and eyes are thin
COVERED = 0.008  # m inside a garment's edge from where on the body under it is not drawn, or it would show through
INFLUENCES = 6  # bones that move a vertex
# How far folds tilt the surface, and how many there are in a metre across and down, for each of the kinds above.
FOLDS = np.array([(0.05, 60, 60), (0.30, 20, 20), (0.05, 60, 60), (0.05, 60, 60), (0.12, 60, 60), (0.25, 25, 4)])
NAPE, WAIST = 0.60, 0.12  # template heights from which down hair and a skirt swing
LATE = 0.12  # s that what swings is late


@dataclass(frozen=True)
class Figure:
    """A person ready to be posed and drawn, V vertices and T triangles.

    skeleton, landmarks, thighs: how the body moves, and where its joints and its thighs are then.
    rest: (V, 3), m. weights, bones: (V, K). late: (V,), how far a vertex follows its bones late, 0..1. skirt: bool
    (V,), the skirt's. triangles: int32 (T, 3). kinds: int (T,), what they show, SKIN to SKIRT.
    texels: where each triangle's texels are; colour: float32 (texels, 3), linear; gloss: float32 (texels,); tilt:
    float32 (texels, 3), added to the normal. sole: height of the soles in the rest pose, m.
    """

    skeleton: Skeleton
    landmarks: Landmarks
    thighs: Thighs
    rest: np.ndarray
    weights: np.ndarray
    bones: np.ndarray
    late: np.ndarray
    skirt: np.ndarray
    triangles: np.ndarray
    kinds: np.ndarray
    texels: Texels
    colour: np.ndarray
    gloss: np.ndarray
    tilt: np.ndarray
    sole: float

    def pose(self, at: Callable[[float], Pose], time: float) -> tuple[np.ndarray, np.ndarray]:
        """The vertices (V, 3), m, in the pose of a motion ``at`` a time, s, and its transforms (``Skeleton.solve``).

        Loose hair and a skirt hang behind: a part of the way back to where they would have been LATE s before.
        """
        transforms = self.skeleton.solve(at(time), self.sole)
        vertices = skin(self.rest, self.weights, self.bones, transforms)
        if self.late.any():
            before = self.skeleton.solve(at(max(time - LATE, 0.0)), self.sole)
            vertices += self.late[:, None] * (skin(self.rest, self.weights, self.bones, before) - vertices)
        if self.skirt.any():
            self._lay_skirt(vertices, transforms)
        return vertices, transforms

    def _lay_skirt(self, vertices: np.ndarray, transforms: np.ndarray) -> None:
        """Push those of the ``vertices`` that are the skirt's out, in place, to where they cover the thighs."""
        outward = normals(vertices, self.triangles[self.kinds == SKIRT])[self.skirt]
        way = lift(vertices[self.skirt], outward, self.thighs.centres(transforms), self.thighs.radii)
        vertices[self.skirt] += way[:, None] * outward


def build_figure(wheel: Path, person: Person) -> Figure:
    """Shape, dress and paint ``person``, from the body assets in ``wheel``."""
    template = load_template(wheel)
    rest, heads = shape_body(wheel, template, person.shape)
    skeleton = Skeleton(template.bones, template.parents, heads)
    landmarks = Landmarks(template, rest, heads)
    thighs = Thighs(skeleton, rest[np.unique(template.faces["body"])])
    rest = raise_scalp(template, rest, person)
    template = iron(template)
    rest, sole = dress(template, rest, person)

    parts = _parts(template, person)
    hair, skirt = person.hair, person.skirt
    if hair.length is not None:
        template, rest, strips = loose_hair(template, rest, hair.length)
        parts.append((strips, HAIR))
    if skirt is not None:
        template, rest, cloth = hang_skirt(template, rest, skirt)
        parts.append((cloth, SKIRT))
    late = np.zeros(len(rest))
    if hair.length is not None:
        late[strips] = hair.swing * smoothstep(NAPE, hair.length, template.vertices[strips, 2])
    if skirt is not None:
        late[cloth] = skirt.swing * smoothstep(WAIST, skirt.hem, template.vertices[cloth, 2])
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
        thighs=thighs,
        rest=rest[used],
        weights=weights / weights.sum(axis=1, keepdims=True),
        bones=np.take_along_axis(template.weight_bones[used], strongest, axis=1),
        late=late[used],
        skirt=np.isin(np.arange(len(used)), triangles[kinds == SKIRT]),
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
    if person.skirt is not None:
        painters[SKIRT] = partial(paint_skirt, skirt=person.skirt)
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
    amount, across, down = FOLDS[kinds].T
    scaled = points * np.stack([across, across, down], axis=1)
    tilt = np.stack([noise(scaled + np.eye(3)[axis] * shift) for axis, shift in enumerate((17.3, 29.1, 41.7))], axis=1)
    return ((tilt - 0.5) * amount[:, None]).astype(np.float32)
