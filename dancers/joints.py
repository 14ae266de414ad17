"""Where a dancer's joints truly are, in the project's own pose schema (pipeline/clips/layout.py)."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML

from dancers.assets import Template
from dancers.skeleton import skin
from pipeline.clips.layout import LEFT_EYE, NUM_JOINTS, RIGHT_EYE

JOINTS = Path(__file__).with_name("joints.yaml")
FACING = np.cos(np.radians(45))  # a face turned farther away hides one of its sides


class Landmarks:
    """The joints of one body: points of its rest pose that move with its bones."""

    def __init__(self, template: Template, rest: np.ndarray, heads: np.ndarray) -> None:
        """rest: vertices (N, 3), m; heads: bone heads (J, 3), m; both as ``assets.shape_body`` gives them."""
        joints = _read_joints()
        shares = [(joint, point, share) for joint, points in enumerate(joints) for point, share in points.items()]
        self._joint = np.array([joint for joint, _, _ in shares])
        self._share = np.array([share for _, _, share in shares])
        self._points = np.empty((len(shares), 3))
        self._weights = np.zeros((len(shares), template.weights.shape[1]))
        self._bones = np.zeros((len(shares), template.weights.shape[1]), dtype=template.weight_bones.dtype)
        for row, (_, point, _) in enumerate(shares):
            if isinstance(point, str):  # a bone's head moves with that bone alone
                bone = template.bones.index(point)
                self._points[row], self._weights[row, 0], self._bones[row, 0] = heads[bone], 1, bone
            else:
                self._points[row] = rest[point]
                self._weights[row], self._bones[row] = template.weights[point], template.weight_bones[point]
        self._head = template.bones.index("head")

    def positions(self, transforms: np.ndarray) -> np.ndarray:
        """The joints (137, 3), m, of a body posed by ``transforms`` (``Skeleton.solve``)."""
        posed = skin(self._points, self._weights, self._bones, transforms)
        joints = np.zeros((NUM_JOINTS, 3))
        np.add.at(joints, self._joint, self._share[:, None] * posed)
        return joints

    def faces_camera(self, transforms: np.ndarray, camera: np.ndarray) -> bool:
        """Whether the face is turned towards a camera at ``camera`` (3,), m, by less than 45 degrees away from it."""
        rotation, shift = transforms[self._head, :, :3], transforms[self._head, :, 3]
        eyes = self._points[np.isin(self._joint, [RIGHT_EYE, LEFT_EYE])].mean(axis=0)
        sight = camera - (rotation @ eyes + shift)
        return bool(rotation @ [0, -1, 0] @ sight > FACING * np.linalg.norm(sight))


def _read_joints() -> list[Mapping]:
    """For each of the 137 joints the points {bone or vertex: weight} whose mean it is."""
    table = YAML(typ="safe").load(JOINTS)
    joints = [*table["body"].values(), *chain(*table["face"].values()), *table["left_hand"], *table["right_hand"]]
    return [joint if isinstance(joint, Mapping) else {joint: 1.0} for joint in joints]
