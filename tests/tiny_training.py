"""A workspace in which both training stages run in seconds, for the tests of several modules."""

from fractions import Fraction
from pathlib import Path

import numpy as np
from ruamel.yaml import YAML
from still import still_camera

from pipeline.clips import paths
from pipeline.clips.camera import write_camera
from pipeline.clips.layout import FACE
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, write_track
from pipeline.runtime.pictures import write_picture

FRAMES = 40
WALL = 60  # grey level behind the square


def make_workspace(folder: Path, params: dict, width: int, height: int) -> None:
    """A clip of a bright square that moves with a made-up pose, as decode and background would have left it."""
    rng = np.random.default_rng(0)
    offsets = rng.uniform(0.3, 0.7, (1, 137, 2)) * [width, height]
    joints = np.ones((FRAMES, 137, 3), np.float32)
    joints[:, :, :2] = offsets + np.sin(np.arange(FRAMES) / 5)[:, None, None] * [width / 10, 0]
    joints[:, FACE, :2] = joints[:, :1, :2] + rng.uniform(-5, 5, (1, 70, 2))

    def frame(t):
        picture = np.full((height, width, 3), WALL, np.uint8)
        x, y = joints[t, 0, :2].astype(int)
        picture[y - 4 : y + 4, x - 4 : x + 4] = (220, 160, 120)
        return StoredFrame(picture, 0, t / 30)

    frames = folder / paths.frames("target")
    write_frames(frames, map(frame, range(FRAMES)), width, height, Fraction(30))
    track = PoseTrack(joints, np.arange(FRAMES) / 30, Fraction(30), width, height, "made up")
    write_track(folder / paths.STABLE_POSES, track)
    write_camera(folder / paths.CAMERA, still_camera(FRAMES, width, height), FrameStore(frames))
    write_picture(folder / paths.PLATE, np.full((height, width, 3), WALL, np.uint8))
    YAML().dump(params, folder / "params.yaml")


def shrink(params: dict) -> dict:
    """Tiny networks and a few steps, in float32 whatever the machine."""
    params["train"] |= {"height": 64, "precision": "fp32", "start": "scratch", "steps": 3, "decay_steps": 1}
    params["train"]["generator"] |= {"ngf": 4, "downsamplings": 2, "blocks": 1}
    params["train"]["discriminator"] |= {"ndf": 4, "layers": 2}
    params["face"] |= {"size": 32, "steps": 2, "decay_steps": 1, "batch": 2}
    params["face"]["generator"] |= {"ngf": 4, "blocks": 1}
    params["face"]["discriminator"] |= {"ndf": 4, "layers": 2}
    params["split"]["gap"] = 2
    params["log"] = {"every": 2, "samples_every": 2}
    return params
