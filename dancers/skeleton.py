"""How a body takes a pose: forward kinematics, legs that reach their footsteps, and linear-blend skinning.

Everything that a pose says about places is in leg lengths and everything else in radians, so that one pose fits
every body. z is up, a person who is not turned faces -y, x grows to the person's left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

SIDES = {"L": 1, "R": -1}  # the side of x on which the person's left and right are
DOWN, FORWARD, LEFT = np.array([0, 0, -1.0]), np.array([0, -1.0, 0]), np.array([1.0, 0, 0])
REACH = 0.992  # of the leg length: the farthest a foot may be from its hip before the pelvis sinks
SOFTNESS = 0.012  # leg lengths over which the sinking sets in, so that it has no jerk
KNEES_OUT = 0.1  # knees point this much outward: tangent of the angle
TOES_FREE = 0.06  # leg lengths of lift at which the toes, flat on the floor before, have mostly stretched out
SHRUG = 0.45  # rad that a collar bone rises when its arm is raised all the way
FIST = 1.25  # rad by which every joint of a finger bends in a fist


@dataclass(frozen=True)
class Arm:
    """One arm, rad; seen from the chest.

    up: 0 hanging, pi/2 level, pi straight up. front: 0 to the side, pi/2 to the front. elbow: 0 straight. roll:
    where the bent forearm points with a level arm: 0 to the front (or, with the arm in front, across), pi/2 up.
    twist: the palm turned from its rest, down (+) or up (-). wrist: bent to the palm's side. curl: 0 rest to 1 fist.
    """

    up: float
    front: float
    elbow: float
    roll: float
    twist: float
    wrist: float
    curl: float


@dataclass(frozen=True)
class Foot:
    """One foot.

    x, y: where its ankle is above the floor when it stands flat, leg lengths. lift: the ball's height, leg lengths.
    yaw: to the left, rad. pitch: the heel's rise, rad; the foot rolls around its ball.
    """

    x: float
    y: float
    lift: float
    yaw: float
    pitch: float


@dataclass(frozen=True)
class Pose:
    """All that a motion decides.

    pelvis: x, y on the floor and height, leg lengths; height 1 is that of the rest pose. hips: turn to the left, lean
    to the front, tilt to the left, rad. spine: bend to the front, side to the left, twist to the left, rad. head: nod
    to the front, tilt to the left, turn to the left, rad. arms and feet by side, "L" and "R".
    """

    pelvis: tuple[float, float, float]
    hips: tuple[float, float, float]
    spine: tuple[float, float, float]
    head: tuple[float, float, float]
    arms: dict[str, Arm]
    feet: dict[str, Foot]


class Skeleton:
    """The bones of one body and the geometry that its rest pose gives them."""

    def __init__(self, bones: Sequence[str], parents: np.ndarray, heads: np.ndarray) -> None:
        """bones, parents: as in ``assets.Template``; heads: rest positions (J, 3), m."""
        self.bones = tuple(bones)
        self.parents = [int(parent) for parent in parents]
        self.heads = np.asarray(heads, dtype=np.float64)
        self._index = {bone: index for index, bone in enumerate(self.bones)}
        self._legs = {side: self._rest_leg(side) for side in SIDES}
        self._arms = {side: self._rest_arm(side) for side in SIDES}
        self._curls = {side: self._finger_axes(side) for side in SIDES}
        self.leg_length = float(np.mean([leg.thigh + leg.shin for leg in self._legs.values()]))  # m, hip to ankle

    def solve(self, pose: Pose, sole: float) -> np.ndarray:
        """The affine maps (J, 3, 4) that move every bone from rest to ``pose``, m.

        ``sole`` is the height of the soles in the rest pose; in the posed world they stand on z = 0.
        """
        hips = _turn(pose.hips[0]) @ _lean(pose.hips[1]) @ _tilt(pose.hips[2])
        world = {"root": hips}  # rotations against the world ...
        local = _bones_of_the_trunk(pose)  # ... and against the parent; bones without one follow their parent
        chest = hips
        for bone in ("spine05", "spine04", "spine03", "spine02", "spine01"):
            chest = chest @ local[bone]
        ankles = {side: self._ankle(side, pose.feet[side], sole) for side in SIDES}
        pelvis = self._pelvis(pose, hips, ankles, sole)
        for side in SIDES:
            world |= self._pose_leg(side, pose.feet[side], pelvis, hips, ankles[side])
            world |= self._pose_arm(side, pose.arms[side], chest)
            local |= self._pose_hand(side, pose.arms[side])
        return self._transforms(world, local, pelvis - hips @ (self._head("spine05") - self._head("root")))

    def positions(self, transforms: np.ndarray) -> np.ndarray:
        """Where the bone heads (J, 3) are, m."""
        return np.einsum("jab,jb->ja", transforms[:, :, :3], self.heads) + transforms[:, :, 3]

    def _head(self, bone: str) -> np.ndarray:
        return self.heads[self._index[bone]]

    def _transforms(self, world: dict, local: dict, root: np.ndarray) -> np.ndarray:
        transforms = np.empty((len(self.bones), 3, 4))
        places = np.empty((len(self.bones), 3))
        for index, (bone, parent) in enumerate(zip(self.bones, self.parents, strict=True)):
            if parent < 0:
                rotation, place = world[bone], root
            else:
                above = transforms[parent, :, :3]
                place = places[parent] + above @ (self.heads[index] - self.heads[parent])
                rotation = world[bone] if bone in world else above @ local[bone] if bone in local else above
            places[index] = place
            transforms[index, :, :3] = rotation
            transforms[index, :, 3] = place - rotation @ self.heads[index]
        return transforms

    # --- legs ---------------------------------------------------------------------------------------------------

    def _rest_leg(self, side: str) -> "_Leg":
        hip, knee, ankle, ball = (self._head(f"{bone}.{side}")
                                  for bone in ("upperleg01", "lowerleg01", "foot", "toe3-1"))
        thigh, shin = knee - hip, ankle - knee
        hinge = np.cross(FORWARD, _unit(ankle - hip))
        return _Leg(thigh=float(np.linalg.norm(thigh)), shin=float(np.linalg.norm(shin)), ball=ball - ankle,
                    thigh_frame=_frame(thigh, hinge), shin_frame=_frame(shin, hinge))

    def _ankle(self, side: str, foot: Foot, sole: float) -> np.ndarray:
        """Where the ankle is, m: the foot rolls around its ball."""
        ball = self._legs[side].ball
        flat = np.array([foot.x * self.leg_length, foot.y * self.leg_length, self._head(f"foot.{side}")[2] - sole])
        lifted = flat + [0, 0, foot.lift * self.leg_length]
        return lifted + _turn(foot.yaw) @ (ball - _lean(foot.pitch) @ ball)

    def _pelvis(self, pose: Pose, hips: np.ndarray, ankles: dict[str, np.ndarray], sole: float) -> np.ndarray:
        """Where the middle of the pelvis is, m: where the pose wants it, or lower, so that the legs reach the feet."""
        x, y, height = pose.pelvis
        middle = self._head("spine05")
        pelvis = np.array([x * self.leg_length, y * self.leg_length,
                           middle[2] - sole + (height - 1) * self.leg_length])
        softness = SOFTNESS * self.leg_length
        for side, ankle in ankles.items():
            hip = hips @ (self._head(f"upperleg01.{side}") - middle)
            away = pelvis[:2] + hip[:2] - ankle[:2]
            below = np.sqrt(max((REACH * self.leg_length) ** 2 - away @ away, 0.0))
            highest = ankle[2] + below - hip[2]
            pelvis[2] = -softness * np.logaddexp(-pelvis[2] / softness, -highest / softness)  # a smooth minimum
        return pelvis

    def _pose_leg(self, side: str, foot: Foot, pelvis: np.ndarray, hips: np.ndarray,
                  ankle: np.ndarray) -> dict[str, np.ndarray]:
        """Rotations of a leg's bones; the knee bends to where pelvis and toes point on average, a little outward."""
        leg = self._legs[side]
        hip = pelvis + hips @ (self._head(f"upperleg01.{side}") - self._head("spine05"))
        heading = _turn(foot.yaw)
        sideways = (hips + heading) @ (LEFT - KNEES_OUT * SIDES[side] * FORWARD)
        direction = _unit(ankle - hip)
        distance = np.clip(np.linalg.norm(ankle - hip), abs(leg.thigh - leg.shin) * 1.01,
                           (leg.thigh + leg.shin) * 0.9995)
        hinge = _unit(sideways - direction * (direction @ sideways))
        cosine = (leg.thigh**2 + distance**2 - leg.shin**2) / (2 * leg.thigh * distance)
        knee = leg.thigh * (cosine * direction + np.sqrt(1 - cosine**2) * np.cross(direction, hinge))
        thigh = _frame(knee, hinge) @ leg.thigh_frame.T
        shin = _frame(distance * direction - knee, hinge) @ leg.shin_frame.T
        sole = heading @ _lean(foot.pitch)
        free = 1 - np.exp(-foot.lift / TOES_FREE)
        return {f"upperleg01.{side}": thigh, f"lowerleg01.{side}": shin, f"foot.{side}": sole,
                f"toe3-1.{side}": heading @ _lean(foot.pitch * free)}

    # --- arms ---------------------------------------------------------------------------------------------------

    def _rest_arm(self, side: str) -> "_Arm":
        shoulder, middle, elbow, below, wrist = (
            self._head(f"{bone}.{side}") for bone in ("upperarm01", "upperarm02", "lowerarm01", "lowerarm02", "wrist"))
        hinge = np.cross(elbow - shoulder, wrist - elbow)
        return _Arm(near=_unit(middle - shoulder), far=_unit(wrist - below),
                    upper_frame=_frame(elbow - shoulder, hinge), fore_frame=_frame(wrist - elbow, hinge))

    def _pose_arm(self, side: str, arm: Arm, chest: np.ndarray) -> dict[str, np.ndarray]:
        """Rotations of an arm's bones; the upper arm twists half at the shoulder and half in its middle."""
        rest, sign = self._arms[side], SIDES[side]
        swing = _turn(-sign * arm.front) @ _tilt(-sign * arm.up)
        direction = swing @ DOWN
        bend = swing @ (np.cos(arm.roll) * FORWARD + np.sin(arm.roll) * sign * LEFT)
        hinge = np.cross(direction, bend)
        fore = np.cos(arm.elbow) * direction + np.sin(arm.elbow) * bend
        upper = _frame(direction, hinge) @ rest.upper_frame.T
        shortest = _between(rest.near, upper @ rest.near)
        twist = _angle_about(shortest.T @ upper, rest.near)
        return {f"upperarm01.{side}": chest @ shortest @ _rotation(rest.near, twist / 2),
                f"upperarm02.{side}": chest @ upper,
                f"lowerarm01.{side}": chest @ _frame(fore, hinge) @ rest.fore_frame.T}

    # --- hands --------------------------------------------------------------------------------------------------

    def _palm(self, side: str) -> np.ndarray:
        """The direction in which the palm looks at rest."""
        wrist, index, little = (self._head(f"{bone}.{side}") for bone in ("wrist", "finger2-1", "finger5-1"))
        return SIDES[side] * _unit(np.cross(little - wrist, index - wrist))

    def _finger_axes(self, side: str) -> dict[str, np.ndarray]:
        """The axis of every finger bone around which it bends: to the palm, the thumb to the little finger."""
        axes = {}
        for finger in range(1, 6):
            first, last = self._head(f"finger{finger}-1.{side}"), self._head(f"finger{finger}-3.{side}")
            goal = self._head(f"finger5-1.{side}") - first if finger == 1 else self._palm(side)
            for joint in range(1, 4):
                axes[f"finger{finger}-{joint}.{side}"] = _unit(np.cross(last - first, goal))
        return axes

    def _pose_hand(self, side: str, arm: Arm) -> dict[str, np.ndarray]:
        """Rotations of forearm and hand; the forearm twists half in its middle and half at the wrist."""
        axis = self._arms[side].far
        half = _rotation(axis, SIDES[side] * arm.twist / 2)
        bend = _rotation(_unit(np.cross(axis, self._palm(side))), arm.wrist)
        local = {f"lowerarm02.{side}": half, f"wrist.{side}": half @ bend}
        for bone, axis in self._curls[side].items():
            thumb = bone.startswith("finger1")
            local[bone] = _rotation(axis, arm.curl * FIST * (0.5 if thumb else 1))
        return local


@dataclass(frozen=True)
class _Leg:
    thigh: float  # length, m
    shin: float
    ball: np.ndarray  # from the ankle to the ball of the foot at rest
    thigh_frame: np.ndarray
    shin_frame: np.ndarray


@dataclass(frozen=True)
class _Arm:
    near: np.ndarray  # unit vectors along the upper half of the upper arm ...
    far: np.ndarray  # ... and the lower half of the forearm at rest: the arm twists around them
    upper_frame: np.ndarray
    fore_frame: np.ndarray


def _bones_of_the_trunk(pose: Pose) -> dict[str, np.ndarray]:
    """Local rotations of spine, neck, head and collar bones."""
    local: dict[str, np.ndarray] = {}
    for bones, (bend, sideways, twist) in (
        (("spine05", "spine04", "spine03", "spine02", "spine01"), pose.spine),
        (("neck01", "neck02", "neck03", "head"), pose.head),
    ):
        share = 1 / len(bones)
        local |= dict.fromkeys(bones, _turn(twist * share) @ _lean(bend * share) @ _tilt(sideways * share))
    for side, sign in SIDES.items():
        rise = SHRUG * (1 - np.cos(pose.arms[side].up)) / 2
        local[f"clavicle.{side}"] = _tilt(-sign * rise)
    return local


@njit(cache=True)
def skin(rest: np.ndarray, weights: np.ndarray, weight_bones: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """Linear-blend skinning: every vertex moves by the weighted mean of its bones' transforms.

    rest: (N, 3), m. weights, weight_bones: (N, K), see ``assets.Template``. transforms: (J, 3, 4). Returns (N, 3), m.
    """
    posed = np.zeros_like(rest)
    for vertex in range(len(rest)):
        x, y, z = rest[vertex]
        for influence in range(weights.shape[1]):
            weight = weights[vertex, influence]
            if weight > 0:
                move = transforms[weight_bones[vertex, influence]]
                for axis in range(3):
                    posed[vertex, axis] += weight * (
                        move[axis, 0] * x + move[axis, 1] * y + move[axis, 2] * z + move[axis, 3])
    return posed


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.sqrt(vector @ vector)


def _rotation(axis: np.ndarray | tuple[float, float, float], angle: float) -> np.ndarray:
    """Rotation (3, 3) by ``angle`` around the unit vector ``axis`` (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)


def _turn(angle: float) -> np.ndarray:
    """To the person's left."""
    return _rotation((0, 0, 1), angle)


def _lean(angle: float) -> np.ndarray:
    """To the front."""
    return _rotation((1, 0, 0), angle)


def _tilt(angle: float) -> np.ndarray:
    """To the left."""
    return _rotation((0, 1, 0), angle)


def _frame(direction: np.ndarray, hinge: np.ndarray) -> np.ndarray:
    """The orthonormal basis, in columns, of ``direction`` and what of ``hinge`` is perpendicular to it."""
    first = _unit(direction)
    second = _unit(hinge - first * (first @ hinge))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def _between(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The shortest rotation from unit vector ``start`` to ``end``; they are not opposite."""
    axis, cosine = np.cross(start, end), start @ end
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + cross + cross @ cross / (1 + cosine)


def _angle_about(rotation: np.ndarray, axis: np.ndarray) -> float:
    """The angle of a ``rotation`` around the known unit vector ``axis``."""
    x, y, z = axis
    sine = 0.5 * (x * (rotation[2, 1] - rotation[1, 2]) + y * (rotation[0, 2] - rotation[2, 0])
                  + z * (rotation[1, 0] - rotation[0, 1]))
    return float(np.arctan2(sine, 0.5 * (np.trace(rotation) - 1)))
