"""A clone of the working tree with short clips and tiny networks, in which the whole pipeline runs in half a minute."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import ffmpeg
import imageio_ffmpeg
from ruamel.yaml import YAML

from pipeline.clips.masks import MaskStore, write_masks
from pipeline.clips.track import read_track, write_track

PROJECT = Path(__file__).parent.parent
SECONDS = 2
FPS = 30


def environment() -> dict[str, str]:
    """This process's, with this Python's programs in front, as in an activated virtual environment."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    binaries = str(Path(sys.executable).parent)
    return variables | {"PATH": binaries + os.pathsep + os.environ["PATH"], "DVC_NO_ANALYTICS": "1"}


def call(folder: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command in the project."""
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)


def succeed(folder: Path, *command: str) -> str:
    """Run a command that must succeed. -> all that it printed."""
    result = call(folder, *command)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return result.stdout + result.stderr


def commit(folder: Path, message: str) -> None:
    succeed(folder, "git", "add", "-A")
    succeed(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", message)


def change(folder: Path, **sections: dict) -> None:
    """Change values of params.yaml by section."""
    yaml = YAML()
    params = yaml.load(folder / "params.yaml")
    for section, values in sections.items():
        params[section] = {**params[section], **values} if isinstance(values, dict) else values
    yaml.dump(params, folder / "params.yaml")


def shorten(clip: Path, to: Path) -> None:
    """A rendered clip's first seconds at 256x256."""
    output = ffmpeg.input(str(clip / "video.mp4")).output(str(to / "video.mp4"), t=SECONDS, vf="scale=256:256")
    output.overwrite_output().run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True)
    track, masks, frames = read_track(clip / "poses.parquet"), MaskStore(clip / "masks.parquet"), SECONDS * FPS
    joints = track.joints[:frames] * [0.5, 0.5, 1]
    write_track(to / "poses.parquet", replace(track, joints=joints, times=track.times[:frames], width=256, height=256))
    write_masks(to / "masks.parquet", (masks[frame][::2, ::2] for frame in range(frames)))


def make_project(folder: Path) -> None:
    """Everything that git tracks, or would, with short clips and tiny networks, committed."""
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.splitlines():
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    for clip in ("target", "dancer", "truth/dancer"):
        shorten(PROJECT / "data/raw" / clip, folder / "data/raw" / clip)
    params = YAML(typ="safe").load(PROJECT / "params.yaml")
    train, face = params["train"], params["face"]
    change(
        folder,
        train={"height": 64, "start": "scratch", "steps": 3, "decay_steps": 2,
               "generator": train["generator"] | {"ngf": 4, "downsamplings": 2, "blocks": 1},
               "discriminator": train["discriminator"] | {"ndf": 4, "layers": 2, "scales": 2}},
        face={"size": 32, "steps": 2, "decay_steps": 1, "generator": face["generator"] | {"ngf": 4, "blocks": 1},
              "discriminator": face["discriminator"] | {"ndf": 4}},
        log={"every": 2, "samples_every": 4},
        split={"holdout": 0.2, "gap": 2},
    )
    succeed(folder, "git", "init", "-q")
    commit(folder, "tiny")
