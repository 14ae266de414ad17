"""How near an old and a new result come to the truth at the size that is delivered.

    python -m benchmarks.footage <old video> <new video> <truth folder>

The truth is a rendered clip of the target doing this very dance (video.mp4, poses.parquet, masks.parquet). Both videos
are enlarged to its size; black bars that an older version added to fill another shape are cut off. For the person's
mask, the box around the person and the whole frame: PSNR, SSIM and two perceptual distances; and outside the person,
where the shadow falls, the mean absolute difference in grey levels. All are means over frames; ratios are new over old.
The last line's is that of the first perceptual distance of the person's mask.
"""

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch
from tqdm import tqdm

from benchmarks.machine import describe
from pipeline.evaluation import perceptual_distance, registry
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.measure import REGIONS
from pipeline.evaluation.regions import RegionMeasures
from pipeline.evaluation.torch_threads import in_parallel
from pipeline.evaluation.truth import TruthClip, TruthFrame
from pipeline.params import load_params
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.video.fit import fit_into
from pipeline.video.probe import Video, probe
from pipeline.video.read import read_pictures

FIRST, SECOND = "stlpips_alex", "efficientnet_lite0"
AROUND = 0.01  # of the picture's height: so far around the person a difference is the outline's
OUTSIDE = "outside.difference"

Compared = tuple[TruthFrame, dict[str, np.ndarray]]  # the truth; "old" and "new", as large


class Measures:
    """All measures of both results' frames."""

    def __init__(self, device: torch.device) -> None:
        first, second = (Lpips(net, None, device) for net in (FIRST, SECOND))
        self.of_regions = [
            RegionMeasures(first, {}, registry.of_regions(first.name)),
            RegionMeasures(second, {}, [perceptual_distance.of_regions(second.name)]),
        ]

    def __call__(self, compared: Compared) -> dict[str, dict[str, float]]:
        """``{"old": {"mask.ssim": ..., "outside.difference": ...}, "new": ...}``."""
        truth, pictures = compared
        records = {name: {OUTSIDE: outside(truth, picture)} for name, picture in pictures.items()}
        for measure in self.of_regions:
            for name, values in measure(truth.picture, truth.mask, pictures).items():
                records[name] |= values
        return records


def outside(truth: TruthFrame, picture: np.ndarray) -> float:
    """Mean absolute difference in grey levels of the pixels that are not on or close to the person."""
    reach = 2 * round(AROUND * len(picture)) + 1
    near = cv2.dilate(truth.mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    return float(cv2.absdiff(picture, truth.picture)[near == 0].mean())


def compared_frames(videos: dict[str, Video], truth: TruthClip) -> Iterator[Compared]:
    """The frames of both ``videos`` at the size of the ``truth``, and its own."""
    width, height = truth.fit.width, truth.fit.height
    pictures = [
        read_pictures(video, fit_into(video.width, video.height, width, height, "crop")) for video in videos.values()
    ]
    for frame, *shown in zip(truth.frames(videos["new"].rate), *pictures, strict=False):
        yield frame, dict(zip(videos, (picture for _, picture in shown), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("old", "new", "truth"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--every", type=int, default=1, help="measure only every so many frames")
    options = parser.parse_args()
    keep_freed_memory()
    videos = {"old": probe(options.old), "new": probe(options.new)}
    size = probe(options.truth / "video.mp4")
    truth = TruthClip(options.truth, size.width, size.height)
    lengths = {video.frames for video in videos.values()}
    count = truth.count(videos["new"].rate)
    if max(lengths | {count}) - min(lengths | {count}) > 1:
        parser.error(f"old, new and truth have {videos['old'].frames}, {videos['new'].frames} and {count} frames: they "
                     "are not the same dance")
    device = pick_device(load_params().device)
    shapes = ", ".join(f"{name} {video.width}x{video.height}" for name, video in videos.items())
    print(f"{describe(device)}; {shapes}, compared at {size.width}x{size.height}")

    frames = islice(compared_frames(videos, truth), 0, None, options.every)
    total = -(-min(lengths | {count}) // options.every)
    records = list(tqdm(in_parallel(Measures(device), frames), "compare", unit="frame", total=total))
    old, new = (pd.DataFrame([record[name] for record in records]).mean() for name in videos)
    for region in reversed(REGIONS):
        for key in (key for key in old.index if key.startswith(f"{region}.")):
            print(line(f"{REGIONS[region]}, {key.partition('.')[2]}", old[key], new[key]))
    print(line("outside the person, mean absolute difference", old[OUTSIDE], new[OUTSIDE]))
    print(f"ratio: {new[f'mask.{FIRST}'] / old[f'mask.{FIRST}']:.2f}")


def line(what: str, old: float, new: float) -> str:
    return f"{what}: old {old:.3f}, new {new:.3f}, new / old {new / old:.2f}"


if __name__ == "__main__":
    main()
