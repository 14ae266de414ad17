"""Rendering a clip: its video, its poses, its masks, and what it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dancers.beat import write_beat
from dancers.camera import Camera
from dancers.camera_track import write_camera_track
from dancers.cast import Clip, cameras, rooms
from dancers.motion import load_motions
from dancers.scene import Frame, Scene, scene_of
from pipeline.clips.masks import write_masks
from pipeline.clips.track import PoseTrack, write_track
from pipeline.runtime.files import write_json
from pipeline.runtime.parallel import usable_cores
from pipeline.user.progress import Progress
from pipeline.video.encode import video_writer

FPS = 30
CRF = 23  # of H.264: ten seconds at 512x512 stay under 1 MB
VIDEO, POSES, MASKS, DESCRIPTION = "video.mp4", "poses.parquet", "masks.parquet", "clip.json"
CAMERA = "camera.parquet"

_scene: Scene  # of a process that renders, made by :func:`_prepare`


def render_clip(wheel: Path, clip: Clip, folder: Path, jobs: int | None = None) -> None:
    """Render ``clip`` into ``folder``: video.mp4, poses.parquet, masks.parquet, clip.json.

    If a hand holds the camera, also camera.parquet (:func:`dancers.camera_track.write_camera_track`).
    wheel: the file with the body assets. jobs: processes; None: one a core. The files do not depend on it. Poses are
    the true joints in the project's schema, in px of the clip: confidence 1 where a joint lies in the picture, and of
    the face only while it is turned to the camera. Masks are true where the dancer is.
    """
    times = np.arange(round(clip.seconds * FPS)) / FPS
    joints, masks = [], []
    with (
        _sound(clip) as sound,
        _workers(wheel, clip, jobs or usable_cores()) as frames,
        video_writer(folder / VIDEO, Fraction(FPS), CRF, audio_from=sound) as write,
    ):
        for frame in Progress(frames(times), f"render {folder.name}", "frame", len(times)):
            write(frame.picture)
            joints.append(frame.joints)
            masks.append(frame.mask)
    track = PoseTrack(np.stack(joints), times, Fraction(FPS), clip.width, clip.height, detector="truth")
    write_track(folder / POSES, track)
    write_masks(folder / MASKS, masks)
    camera = cameras()[clip.camera]
    if camera.hand is not None:
        views = [Camera(camera, clip.width, clip.height, time) for time in times]
        write_camera_track(folder / CAMERA, views, rooms()[clip.room].wall_distance)
    write_json(folder / DESCRIPTION, clip.model_dump() | {"fps": FPS})


@contextmanager
def _workers(wheel: Path, clip: Clip, jobs: int) -> Iterator:
    """A function from times (s) to the frames there, in order, rendered by ``jobs`` processes."""
    with get_context("spawn").Pool(jobs, _prepare, (wheel, clip)) as pool:
        yield lambda times: pool.imap(_render, times.tolist())


def _prepare(wheel: Path, clip: Clip) -> None:
    global _scene
    _scene = scene_of(wheel, clip)


def _render(time: float) -> Frame:
    return _scene.frame(time)


@contextmanager
def _sound(clip: Clip) -> Iterator[Path | None]:
    """A file with the beat of the clip's motion, if it has sound."""
    if not clip.sound:
        yield None
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "beat.wav"
        write_beat(path, clip.seconds, load_motions()[clip.motion].beat, clip.start)
        yield path
