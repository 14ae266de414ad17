"""What a clip's length costs the training's start and memory: twenty minutes at 120 frames/s against ten seconds.

    python -m benchmarks.long_clip

Makes a workspace of each in a temporary folder (3 GB), whose frames are the demo's target's over and over, compressed
once; the poses are the target's with noise, a few of them missing. Then stage train_body does a few steps with tiny
networks, in a process of its own; time counts from when the stage begins, with everything imported. Peak memory is what
the system has counted, shared pages in each process, for the training's process and those that load data.
"""

import argparse
import json
import os
import subprocess
import sys
from fractions import Fraction
from multiprocessing import active_children
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from unittest.mock import patch

import numpy as np
import torch
from ruamel.yaml import YAML

from benchmarks.machine import describe
from benchmarks.target import still_camera
from pipeline import train_body
from pipeline.body import phase
from pipeline.clips import paths, store
from pipeline.clips.camera import write_camera
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.runtime.pictures import write_picture
from pipeline.video.fit import fit_height
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

CLIP = Path("data/raw/target")
SIZE, FPS = 256, Fraction(120)
SHORT = 1200  # frames: 10 s
STEPS = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=144_000, help="of the long clip")
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)  # a workspace: what the other process does
    options = parser.parse_args()
    if options.train:
        train(options.train)
        return
    print(describe(torch.device("cpu")))
    with TemporaryDirectory() as folder:
        memory = []
        for frames in (SHORT, options.frames):
            workspace = Path(folder) / str(frames)
            make_workspace(workspace, frames)
            seconds, busy, main_memory, loaders = in_another_process(workspace)
            memory.append(main_memory + sum(loaders))
            size = (workspace / paths.frames("target")).stat().st_size / 1e9
            others = ", ".join(f"{loader:.0f}" for loader in loaders)
            print(f"{frames} frames, store of {size:.2f} GB: first step after {seconds:.1f} s ({busy:.1f} s of "
                  f"processor time); peak memory {main_memory:.0f} MB and {others} MB in loader processes", flush=True)
    print(f"ratio: {memory[1] / memory[0]:.2f}")


def make_workspace(folder: Path, frames: int) -> None:
    """The target's frames and poses, over and over until there are ``frames``, and parameters for tiny networks."""
    video, track = probe(CLIP / "video.mp4"), read_track(CLIP / "poses.parquet")
    pictures = [picture for _, picture in read_pictures(video, fit_height(video.width, video.height, SIZE))]
    jpegs = {id(picture): store._to_jpeg(picture) for picture in pictures}
    stored = (store.StoredFrame(pictures[i % len(pictures)], 0, float(i / FPS)) for i in range(frames))
    with patch.object(store, "_to_jpeg", lambda picture: jpegs[id(picture)]):
        store.write_frames(folder / paths.frames("target"), stored, SIZE, SIZE, FPS)
    opened = store.FrameStore(folder / paths.frames("target"))
    write_camera(folder / paths.CAMERA, still_camera(opened), opened)
    write_picture(folder / paths.PLATE, np.full((SIZE, SIZE, 3), 128, np.uint8))

    random = np.random.default_rng(0)
    scale = np.array([SIZE / track.width, SIZE / track.height, 1], np.float32)
    joints = track.joints[np.arange(frames) % len(track)] * scale
    joints[..., :2] += random.normal(0, 0.5, (frames, 137, 2)).astype(np.float32)
    joints[random.random((frames, 137)) < 0.02] = 0
    track = PoseTrack(joints, np.arange(frames) / 120, FPS, SIZE, SIZE, "benchmark")
    write_track(folder / paths.STABLE_POSES, track)

    params = YAML().load(Path("params.yaml"))
    params["train"] |= {"height": SIZE, "steps": STEPS - 1, "decay_steps": 1}
    params["train"]["generator"] |= {"ngf": 4, "blocks": 1}
    params["train"]["discriminator"] |= {"ndf": 4, "layers": 2}
    YAML().dump(params, folder / "params.yaml")


def in_another_process(workspace: Path) -> tuple[float, float, float, list[float]]:
    """Train in ``workspace``.

    -> seconds before the first step, of the processor too, the process's peak memory and its loaders', MB.
    """
    command = [sys.executable, "-m", "benchmarks.long_clip", "--train", str(workspace)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


def train(workspace: Path) -> None:
    """Print, as JSON, what :func:`in_another_process` returns."""
    os.chdir(workspace)
    os.environ["EVERYBODY_DANCE_CACHE"] = str(workspace / "cache")
    body_losses, first_step, loaders = phase.body_losses, [], {}

    def observed(*arguments: object) -> object:
        first_step.append(np.array([perf_counter(), process_time()]))
        loaders.update({process.pid: peak_memory(process.pid) for process in active_children()})
        return body_losses(*arguments)

    start = np.array([perf_counter(), process_time()])
    with patch.object(phase, "body_losses", observed):
        train_body.main()
    print(json.dumps([*(first_step[0] - start).tolist(), peak_memory(os.getpid()), list(loaders.values())]))


def peak_memory(process: int) -> float:
    """The most memory that a process has had so far, MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
