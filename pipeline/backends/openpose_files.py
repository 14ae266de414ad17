"""OpenPose's files: one JSON per picture, with everybody's joints, in a folder or an archive.

BODY_25 and COCO-18 bodies, faces of 70 points and hands of 21; older versions call them ``pose_keypoints`` and so on,
without ``_2d``.
"""

import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.clips import layout
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, NUM_JOINTS, RIGHT_HAND, found_joints
from pipeline.user.cli import UserError

PARTS = {"pose": BODY, "face": FACE, "hand_left": LEFT_HAND, "hand_right": RIGHT_HAND}
ENDING = "_keypoints.json"
# COCO-18's joints in BODY_25: the same up to the left wrist, then without the middle of the hips, then eyes and ears.
COCO_18 = [*range(8), *range(9, 15), *range(15, 19)]


def open_files(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    """The names of OpenPose's files, in their order, and a function that reads one.

    path: a folder, or the same with ``.zip``, ``.tar``, ``.tar.gz`` or ``.tgz`` after its name. Raises UserError if
    there is none of them, or no such file inside.
    """
    if path.is_dir():
        names = sorted(file.relative_to(path).as_posix() for file in path.rglob(f"*{ENDING}"))
        read: Callable[[str], bytes] = lambda name: (path / name).read_bytes()  # noqa: E731
    else:
        names, read = _open_archive(path)
    if not names:
        raise UserError(f"{path} holds no file whose name ends in {ENDING}: give what OpenPose wrote with --write_json")
    return names, read


def _open_archive(path: Path) -> tuple[list[str], Callable[[str], bytes]]:
    for ending in (".zip", ".tar", ".tar.gz", ".tgz"):
        file = path.with_name(path.name + ending)
        if not file.is_file():
            continue
        try:
            if ending == ".zip":
                zipped = zipfile.ZipFile(file)
                return sorted(name for name in zipped.namelist() if name.endswith(ENDING)), zipped.read
            with tarfile.open(file) as tar:
                inside = {member.name: tar.extractfile(member) for member in tar if member.name.endswith(ENDING)}
                held = {name: member.read() for name, member in inside.items() if member is not None}
            return sorted(held), held.__getitem__
        except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
            raise UserError(f"{file} cannot be read ({error}): pack OpenPose's files again") from None
    raise UserError(f"{path} is missing: put the folder of OpenPose's files there, or an archive of it, "
                    f"{path.name}.zip")


def parse(content: bytes, name: str) -> list[np.ndarray]:
    """Everybody in one file: float64 (137, 3) of (x, y, confidence), px of the original picture, 0 where not found.

    Raises UserError, naming the file, if it is not what OpenPose writes.
    """
    try:
        return [_person(person) for person in json.loads(content)["people"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{name} is not a file that OpenPose wrote ({error})") from None


def _person(person: dict[str, Any]) -> np.ndarray:
    joints = np.zeros((NUM_JOINTS, 3))
    for part, span in PARTS.items():
        numbers = person.get(f"{part}_keypoints_2d", person.get(f"{part}_keypoints")) or []
        points = np.array(numbers, np.float64).reshape(-1, 3)
        if part == "pose" and len(points) == len(COCO_18):
            joints[COCO_18] = points
            hips = joints[[layout.LEFT_HIP, layout.RIGHT_HIP]]
            if found_joints(hips).all():
                joints[layout.MID_HIP] = hips.mean(axis=0)
        elif len(points):
            if len(points) != span.stop - span.start:
                raise ValueError(f"{len(points)} points of {part}")
            joints[span] = points
    joints[~found_joints(joints)] = 0
    return joints


def serialize(joints: np.ndarray) -> bytes:
    """The file of a picture with one person, (137, 3), or with nobody if no joint was found."""
    keypoints = {f"{part}_keypoints_2d": joints[span].ravel().tolist() for part, span in PARTS.items()}
    people = [{"person_id": [-1], **keypoints}] if found_joints(joints).any() else []
    return json.dumps({"version": 1.3, "people": people}).encode()
