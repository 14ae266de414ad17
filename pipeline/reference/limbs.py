"""The limbs of a person as a picture shows them, and how each lies in another pose of the same person."""

from typing import NamedTuple

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import FACE, LEFT_HAND, MIDDLE_FINGER, RIGHT_HAND, found_joints
from pipeline.pose.stature import person_height

TRUNK = [j.NECK, j.MID_HIP, j.RIGHT_SHOULDER, j.LEFT_SHOULDER, j.RIGHT_HIP, j.LEFT_HIP]
TRUNK_RADIUS = 0.11  # heights, as all radii: half the width of a limb, about
TRUNK_STIFFNESS = 0.12  # heights: from the side a trunk's joints are so close together that they do not tell its width
HEAD = [j.NOSE, j.RIGHT_EYE, j.LEFT_EYE, j.RIGHT_EAR, j.LEFT_EAR]
FACE_JOINTS = range(FACE.start, FACE.stop)
HEAD_RADIUS = 0.07
CHIN, CROWN = 0.35, 1.3  # of the way from the neck to the middle of the face: where the head begins and ends
# All others are bones from joint to joint.
BONES = {
    (j.RIGHT_SHOULDER, j.RIGHT_ELBOW): 0.035,
    (j.RIGHT_ELBOW, j.RIGHT_WRIST): 0.03,
    (j.RIGHT_WRIST, RIGHT_HAND.start + MIDDLE_FINGER): 0.03,
    (j.LEFT_SHOULDER, j.LEFT_ELBOW): 0.035,
    (j.LEFT_ELBOW, j.LEFT_WRIST): 0.03,
    (j.LEFT_WRIST, LEFT_HAND.start + MIDDLE_FINGER): 0.03,
    (j.RIGHT_HIP, j.RIGHT_KNEE): 0.055,
    (j.RIGHT_KNEE, j.RIGHT_ANKLE): 0.04,
    (j.RIGHT_ANKLE, j.RIGHT_BIG_TOE): 0.03,
    (j.LEFT_HIP, j.LEFT_KNEE): 0.055,
    (j.LEFT_KNEE, j.LEFT_ANKLE): 0.04,
    (j.LEFT_ANKLE, j.LEFT_BIG_TOE): 0.03,
}
ENDS = np.array(list(BONES))
HEAD_LIMB, RIGHT_HAND_LIMB, LEFT_HAND_LIMB = 1, 4, 7  # which of all limbs they are
BONE_RADII = np.array(list(BONES.values()))
SHORTEST = 0.02  # heights: a bone that points at the camera has no direction
STRETCH = 2.0  # at most so many times longer or shorter: beyond, it is foreshortened, and its texture would smear


class Limbs(NamedTuple):
    """The limbs of one pose, always in the same order: trunk, head, bones.

    axes: float64 (limbs, 2, 2), the two ends (x, y) of each in px. radii: (limbs,), px. found: bool (limbs,).
    """

    axes: np.ndarray
    radii: np.ndarray
    found: np.ndarray


def limbs_of(joints: np.ndarray) -> Limbs:
    """The limbs of the person with ``joints``, (137, 3) in px of the picture."""
    places, found = joints[:, :2].astype(np.float64), found_joints(joints)
    tall = float(person_height(joints))
    face = [joint for joint in HEAD if found[joint]]
    middle = places[face].mean(axis=0) if face else places[j.NECK]
    neck_to_face = middle - places[j.NECK]
    axes = np.concatenate([
        places[[[j.NECK, j.MID_HIP]]],
        [[places[j.NECK] + CHIN * neck_to_face, places[j.NECK] + CROWN * neck_to_face]],
        places[ENDS],
    ])
    there = [found[j.NECK] and found[j.MID_HIP], found[j.NECK] and bool(face), *found[ENDS].all(axis=1)]
    return Limbs(axes, tall * np.concatenate([[TRUNK_RADIUS, HEAD_RADIUS], BONE_RADII]), np.array(there) & (tall > 0))


def limb_maps(here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Where each limb of a pose lies in another: float64 (limbs, 2, 3), affine, in the order of :class:`Limbs`.

    The head turns and grows as a whole. The trunk is an affine map, so that it may become narrower. A bone turns and
    gets longer or shorter, while its width grows only as the whole person does. A limb that either pose does not show
    has NaN. here, there: joints (137, 3) in px of either picture.
    """
    found = found_joints(here) & found_joints(there)
    tall, their_tall = float(person_height(here)), float(person_height(there))
    maps = np.full((2 + len(ENDS), 2, 3), np.nan)
    if not tall or not their_tall:
        return maps
    ours, theirs = here[:, :2].astype(np.float64), there[:, :2].astype(np.float64)
    if found[j.NECK] and found[j.MID_HIP]:
        trunk = [joint for joint in TRUNK if found[joint]]
        maps[0] = _affine(ours[trunk], theirs[trunk], TRUNK_STIFFNESS * tall)
    if found[j.NECK] and found[HEAD].any():
        # with its face, hair and forehead move, too; without, from behind, the neck tells how the head is turned
        steady = FACE_JOINTS if found[FACE].any() else [j.NECK]
        head = [joint for joint in (*steady, *HEAD) if found[joint]]
        maps[1] = _similarity(ours[head], theirs[head])
    shown = found[ENDS].all(axis=1)
    maps[2:][shown] = _along_bones(ours[ENDS[shown]], theirs[ENDS[shown]], tall, their_tall)
    return maps


def _similarity(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """The rotation, scale and shift (2, 3) that brings ``points`` (n, 2) nearest to ``onto``, by least squares."""
    middle, their_middle = points.mean(axis=0), onto.mean(axis=0)
    a, b = ((each @ (1, 1j)) for each in (points - middle, onto - their_middle))
    turn = np.vdot(a, b) / max(np.vdot(a, a).real, np.finfo(float).tiny)
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([linear, their_middle - linear @ middle])


def _affine(points: np.ndarray, onto: np.ndarray, stiffness: float) -> np.ndarray:
    """The affine map (2, 3) from ``points`` (n, 2) to ``onto`` by ridge regression towards the similarity."""
    similar = _similarity(points, onto)[:, :2]
    middle, their_middle = points.mean(axis=0), onto.mean(axis=0)
    p, q, ridge = points - middle, onto - their_middle, stiffness**2
    linear = np.linalg.solve(p.T @ p + ridge * np.eye(2), p.T @ q + ridge * similar.T).T
    return np.column_stack([linear, their_middle - linear @ middle])


def _along_bones(ends: np.ndarray, onto: np.ndarray, tall: float, their_tall: float) -> np.ndarray:
    """The maps (n, 2, 3) of bones whose ``ends`` (n, 2, 2) come to lie ``onto`` others, of people so ``tall``."""
    growth = their_tall / tall
    vectors, their_vectors = ends[:, 1] - ends[:, 0], onto[:, 1] - onto[:, 0]
    lengths, their_lengths = (np.linalg.norm(each, axis=1) for each in (vectors, their_vectors))
    stretch = np.maximum(their_lengths, SHORTEST * their_tall) / np.maximum(lengths, SHORTEST * tall)
    stretch = np.clip(stretch, growth / STRETCH, growth * STRETCH)
    frame, their_frame = _frames(vectors, lengths), _frames(their_vectors, their_lengths)
    scales = np.stack([stretch, np.full_like(stretch, growth)], axis=1)
    linear = np.swapaxes(their_frame, 1, 2) @ (scales[:, :, None] * frame)
    return np.concatenate([linear, onto[:, 0, :, None] - linear @ ends[:, 0, :, None]], axis=2)


def _frames(vectors: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Unit vectors along and across each of ``vectors`` (n, 2), rows of (n, 2, 2); downwards for one without length."""
    along = np.where(lengths[:, None] > 0, vectors / np.maximum(lengths, np.finfo(float).tiny)[:, None], (0.0, 1.0))
    return np.stack([along, np.stack([-along[:, 1], along[:, 0]], axis=1)], axis=1)
