"""How fast stage decode is, against ffmpeg decoding the same video to nothing.

    python -m benchmarks.decode [video]

The same ffmpeg binary three ways, in turns: the stage's whole work, to a store in a temporary folder, at the size that
params.yaml asks for; bare, `-f null` without any filter, which the ratio uses; and bare with the stage's
filters, which says how much of the difference is scaling and colour. Frames a second are by the clock, medians; seconds
of CPU, which another program's load changes little, are those of ffmpeg and Python together.
"""

import argparse
import os
import subprocess
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
from tqdm import trange

from benchmarks.machine import cost, describe
from pipeline.decode import decode
from pipeline.params import load_params
from pipeline.video.fit import Fit, fit_height
from pipeline.video.probe import Video, probe
from pipeline.video.process import COMMAND, confined_input
from pipeline.video.read import graph

DEFAULT = Path("data/raw/target/video.mp4")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--rounds", type=int, default=7, help="timed rounds, after one to warm up")
    options = parser.parse_args()
    video = probe(options.video)
    fit = fit_height(video.width, video.height, load_params().decode.height)
    load = os.getloadavg()[0]  # of others: nothing has run here yet
    print(f"{describe(torch.device('cpu'))}; load of other programs {load:.1f}; {options.video}: {video.frames} frames "
          f"of {video.width}x{video.height}, stored as {fit.width}x{fit.height}")

    with TemporaryDirectory() as folder:
        ways = {
            "stage": lambda: decode(video, fit, video.rate, Path(folder) / "frames.parquet"),
            "ffmpeg to null": lambda: to_null(video),
            "ffmpeg to null, the stage's filters": lambda: to_null(video, fit),
        }
        measured = {name: [] for name in ways}
        for _ in trange(options.rounds + 1, desc="rounds", unit="round"):
            for name, way in ways.items():
                measured[name].append(cost(way))
    rates = {}
    for name, costs in measured.items():
        seconds, cpu = (median(values) for values in zip(*costs[1:], strict=True))
        rates[name] = video.frames / seconds
        print(f"{name}: {rates[name]:.0f} frames/s ({seconds:.2f} s, {cpu:.2f} s of CPU)")
    print(f"ratio: {rates['stage'] / rates['ffmpeg to null']:.2f}")


def to_null(video: Video, fit: Fit | None = None) -> None:
    """Decode ``video`` and throw the pictures away; with ``fit``, after the stage's filters."""
    pictures = graph(video, fit) if fit else confined_input()["V:0"]
    arguments = pictures.output("pipe:1", format="null", fps_mode="passthrough").compile(COMMAND)
    with open(video.path, "rb") as file:
        subprocess.run(arguments, stdin=file, capture_output=True, check=True)


if __name__ == "__main__":
    main()
