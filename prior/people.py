"""Invented people as clips of the pipeline's own kind: frames, poses as the detector finds them, and the plate."""

import hashlib
import json
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from dancers import invention
from dancers.invention import invent
from dancers.scene import Scene
from pipeline.clips.camera import still_camera
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.detection.detector import open_detector
from pipeline.networks.weights import sha256
from pipeline.params import Keypoints
from pipeline.runtime.parallel import usable_cores
from pipeline.runtime.pictures import read_picture, write_picture
from pipeline.user.progress import Progress
from prior.recipe import Recipe

DANCERS = Path(invention.__file__).parent
STEP = 1 / 30  # s between the two frames of a pair
# Pairs are seconds apart, each a shot of its own. So that no more than a pair's own frames count as "within a second",
# the clip's frames are numbered by seconds.
FPS = Fraction(1)


def people_key(recipe: Recipe, keypoints: Keypoints) -> str:
    """12 hexadecimal digits that differ whenever a person of the same seed could look, or be seen, otherwise.

    Of what ``recipe`` says of each, of the detector's parameters, and of the code and descriptions of ``dancers``.
    """
    sources = [*sorted(file for file in DANCERS.rglob("*") if file.suffix in (".py", ".yaml")), Path(__file__)]
    parts = [recipe.pairs, recipe.seconds, recipe.size, keypoints.model_dump(), *map(sha256, sources)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def render_people(wheel: Path, recipe: Recipe, folder: Path, keypoints: Keypoints) -> None:
    """Render all people of ``recipe`` into ``folder``; those that are there already are left as they are.

    folder: of these people alone, see :func:`people_key`. wheel: the file with the body assets. keypoints: the
    detector's parameters. One process a core.
    """
    missing = [seed for seed in recipe.seeds if not _files(folder, seed)[-1].is_file()]
    work = partial(_render, wheel, recipe, folder, keypoints)
    with get_context("spawn").Pool(usable_cores()) as pool:
        for _ in Progress(pool.imap_unordered(work, missing), "people", "person", len(missing)):
            pass


def open_person(folder: Path, seed: int) -> tuple[StableClip, PoseTrack[np.ndarray]]:
    """The clip of an invented person, and the poses found in it. Raises UserError if a file is missing."""
    frames, plate, poses = _files(folder, seed)
    store, track = FrameStore(frames), read_track(poses)
    return StableClip(store, still_camera(store), read_picture(plate)), track


def _files(folder: Path, seed: int) -> tuple[Path, Path, Path]:
    """Frames, plate and poses; the last is written last."""
    return folder / f"{seed}.frames.parquet", folder / f"{seed}.plate.png", folder / f"{seed}.poses.parquet"


def _render(wheel: Path, recipe: Recipe, folder: Path, keypoints: Keypoints, seed: int) -> None:
    frames, plate, poses = _files(folder, seed)
    invented = invent(seed)
    scene = Scene(
        wheel, invented.person, invented.motion, invented.room, invented.camera, recipe.size, recipe.size
    )
    random = np.random.default_rng([seed, recipe.pairs])
    times = (np.arange(recipe.pairs) + random.random(recipe.pairs)) * recipe.seconds / recipe.pairs
    write_picture(plate, scene.first.empty)
    write_frames(frames, _pairs(scene, times), recipe.size, recipe.size, FPS)
    store = FrameStore(frames)
    joints = []
    detector = open_detector(keypoints)
    for shot in range(recipe.pairs):
        detector.detect(store.read(2 * shot))  # it follows people: so it finds its way after the cut
        joints += [detector.detect(store.read(2 * shot + place)) for place in range(2)]
    found = PoseTrack(np.stack(joints), store.times, FPS, recipe.size, recipe.size, detector.name)
    write_track(poses, found)


def _pairs(scene: Scene, times: np.ndarray) -> Iterator[StoredFrame]:
    for shot, time in enumerate(times.tolist()):
        for place in range(2):
            yield StoredFrame(scene.frame(time + place * STEP).picture, shot, 2.0 * shot + place)
