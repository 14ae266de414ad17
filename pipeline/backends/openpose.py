"""Poses that OpenPose has found: read from its files in data/raw/openpose/<clip>, instead of being detected here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from pipeline.backends.openpose_files import open_files, parse
from pipeline.clips import paths
from pipeline.clips.layout import MID_HIP, NECK, found_joints
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore
from pipeline.detection.found import Found
from pipeline.detection.people import CHOOSING, Meant, Person, choose, look, unlike
from pipeline.params import Choice, Keypoints
from pipeline.runtime.files import read_json
from pipeline.user.cli import UserError

NAME = "openpose (its files)"


def detect(store: FrameStore, params: Keypoints, person: Choice) -> Iterator[Found]:
    """The joints that OpenPose found in every frame of ``store``, in order.

    person: who is meant where there are several. Raises UserError if there are no files for the clip, or not one for
    each of its pictures.
    """
    clip = store.path.stem
    folder = paths.openpose(clip)
    names, read = open_files(folder)
    pictures = _pictures(store, len(names), folder)
    to_store = np.linalg.inv(np.vstack([read_json(store.path.with_suffix(".json"))["to_original"], [0, 0, 1]]))

    def everybody(frame: int) -> list[np.ndarray]:
        name = names[pictures[frame]]
        return [_moved(joints, to_store) for joints in parse(read(name), f"{folder}: {name}")]

    meant, before = _meant(store, everybody, person), None
    for frame in range(len(store)):
        people = everybody(frame)
        joints, before = _followed(store, frame, people, meant, before)
        yield Found(frame, joints.astype(np.float32), len(people) > 1)


def require(params: Keypoints, clip: str) -> None:
    """Raises UserError if there are no files for the clip."""
    open_files(paths.openpose(clip))


def _pictures(store: FrameStore, files: int, folder: Path) -> np.ndarray:
    """For each stored frame the number of its file, int64 (frames,)."""
    times, pictures = np.unique(store.source_times, return_inverse=True)
    if files == len(store):
        return np.arange(files)
    if files == len(times):  # pictures that are repeated to fill the store's rate
        return pictures
    raise UserError(f"{folder} has {files} files for the {len(times)} pictures of {store.path}: OpenPose must have "
                    "seen all of the same video, and decode.fps must be null")


def _moved(joints: np.ndarray, to_store: np.ndarray) -> np.ndarray:
    found = found_joints(joints)
    moved = joints.copy()
    moved[found, :2] = joints[found, :2] @ to_store[:2, :2].T + to_store[:2, 2]
    return moved


def _meant(store: FrameStore, everybody: Callable[[int], list[np.ndarray]], person: Choice) -> Meant | None:
    """Who is meant; None if nobody is seen."""
    chosen = spread(len(store), CHOOSING).tolist()
    frames = [(_persons(everybody(frame), store.read(frame)), store.width, store.height) for frame in chosen]
    return choose(frames, person)


def _followed(
    store: FrameStore, frame: int, people: list[np.ndarray], meant: Meant | None, before: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Whose joints (137, 3) count, by look and by where the one who is meant was ``before``, and where that is now."""
    if len(people) == 1:
        hips = people[0][MID_HIP]
        return people[0], hips[:2] if hips[2] else before
    whole = [joints for joints in people if found_joints(joints[[NECK, MID_HIP]]).all()]
    if not whole or meant is None:
        return np.zeros((137, 3)), before
    persons = _persons(whole, store.read(frame))

    def strangeness(number: int) -> float:
        one = persons[number]
        way = 0.0 if before is None else float(np.linalg.norm(one.hips - before)) / one.reach
        return unlike(one.look, meant.look) + way

    best = min(range(len(persons)), key=strangeness)
    if unlike(persons[best].look, meant.look) > 1:
        return np.zeros((137, 3)), before
    return whole[best], persons[best].hips


def _persons(people: list[np.ndarray], picture: np.ndarray) -> list[Person]:
    """Those of ``people`` whose torso is found, with their looks in the frame's picture."""
    persons = []
    for joints in people:
        if found_joints(joints[[NECK, MID_HIP]]).all():
            hips, neck = joints[MID_HIP, :2], joints[NECK, :2]
            persons.append(Person(hips, hips + 2 * (neck - hips), look(picture, hips, neck)))
    return persons
