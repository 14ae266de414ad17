"""How long stage evaluate takes to measure pictures, against the same measures written plainly.

    python -m benchmarks.metrics --size 512x512 --net efficientnet_lite0

Of a transfer: PSNR, SSIM and LPIPS of the result and of the three baselines against the truth, in the whole frame, the
person's box and the person's mask. Of held-out frames: SSIM and LPIPS of the body and the face crop. The pictures are
the demo's: the true clip, the target's training frames, and as a result the truth blurred and moved by a pixel. Both
sides have the same weights (AlexNet's are random: as large as the real ones), each works in a process of its own, and
they take turns. First their numbers are compared. The ratio is that of a whole demo, with its frames of each kind.
"""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice
from multiprocessing import get_context
from operator import call
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import cv2
import numpy as np
import pandas as pd
import torch
from torchvision.models import alexnet
from tqdm import trange

from benchmarks.machine import describe, matmul_peak
from benchmarks.reference_metrics import PlainMetrics
from pipeline.clips.holdout import split_clip
from pipeline.clips.layout import BODY
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import bodies_seen, read_track
from pipeline.evaluation import perceptual_distance, psnr, ssim
from pipeline.evaluation.baselines import Baselines
from pipeline.evaluation.held_out import BODY_MARGIN
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.measure import Record
from pipeline.evaluation.regions import RegionMeasures
from pipeline.evaluation.torch_threads import in_parallel
from pipeline.evaluation.truth import TruthClip
from pipeline.params import load_params
from pipeline.pose.boxes import body_boxes, face_boxes
from pipeline.runtime.devices import keep_freed_memory
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

TARGET, TRUTH = Path("data/raw/target"), Path("data/raw/truth/dancer")
FPS = Fraction(30)
TRAINED = 60  # frames: of the target, for the baselines
SIDES, KINDS, PARTS = ("plain", "stage"), ("transfer", "held-out"), ("SSIM", "LPIPS")
TOLERANCE = {"SSIM": (1e-9, 1e-9), "LPIPS": (1e-6, 1e-5)}  # absolute, relative; SSIM's part holds PSNR too

Key = tuple[str, str]  # kind, part
Result = dict[str, Record] | dict[str, float]  # of a frame
Crop = list[np.ndarray]  # real, generated


@dataclass(frozen=True)
class Scene:
    """The pictures. constants: baselines that are compared with every frame. frames: (truth, mask, pictures) of a
    transfer. crops: body and face of held-out frames. counts: frames of each kind in a whole demo.
    """

    constants: dict[str, np.ndarray]
    frames: list[tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]]
    crops: list[dict[str, Crop]]
    counts: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="512x512", help="WxH of the pictures")
    parser.add_argument("--net", default="efficientnet_lite0", choices=("efficientnet_lite0", "alex"))
    parser.add_argument("--frames", type=int, default=8, help="of each kind, a round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    cpu = torch.device("cpu")
    peak = matmul_peak(cpu, torch.float32)
    print(f"{describe(cpu)}; {options.size}, {options.net}; matmul peak {peak / 1e9:.0f} GFLOP/s")
    with TemporaryDirectory() as folder:
        scene = load_scene(*map(int, options.size.split("x")), options.frames, Path(folder))
        weights = Path(folder) / "alex.pth"
        torch.manual_seed(0)
        torch.save(alexnet(weights=None).state_dict(), weights)
        seconds = measure(options.net, weights, scene, options.rounds)
    times = {key: median(values) / options.frames for key, values in seconds.items()}
    times |= {(side, kind, "total"): sum(times[side, kind, part] for part in PARTS) for side in SIDES for kind in KINDS}
    for kind in KINDS:
        for part in (*PARTS, "total"):
            plain, stage = (times[side, kind, part] for side in SIDES)
            print(f"{kind}, {part}: plain {1 / plain:.1f}, stage {1 / stage:.1f} frames/s, {plain / stage:.2f} times")
    plain, stage = (sum(scene.counts[kind] * times[side, kind, "total"] for kind in KINDS) for side in SIDES)
    print(f"the demo's frames, {' and '.join(f'{count} {kind}' for kind, count in scene.counts.items())}: "
          f"plain {plain:.1f} s, stage {stage:.1f} s")
    print(f"ratio: {plain / stage:.2f}")


def measure(net: str, weights: Path, scene: Scene, rounds: int) -> dict[tuple[str, str, str], list[float]]:
    """Seconds of every round by side, kind and part, after a round that is only compared."""
    keys = [(kind, part) for kind in KINDS for part in PARTS]
    seconds = {(side, *key): [] for side in SIDES for key in keys}
    with ExitStack() as stack:
        pool = partial(get_context("spawn").Pool, 1, set_up)
        sides = {side: stack.enter_context(pool((side, net, weights, scene))) for side in SIDES}
        for key in keys:
            compare(key, *(side.apply(run, (key,))[1] for side in sides.values()))
        for _ in trange(rounds, desc="rounds", unit="round"):
            for key in keys:
                for name, side in sides.items():
                    seconds[name, *key].append(side.apply(run, (key,))[0])
    return seconds


class Side:
    """One way to measure the scene; ``side`` is "plain" or "stage"."""

    def __init__(self, side: str, net: str, weights: Path, scene: Scene) -> None:
        self.parallel = side == "stage"
        frames = scene.frames
        if self.parallel:
            keep_freed_memory()
            lpips = Lpips(net, weights, torch.device("cpu"))
            measures = (psnr.OF_REGIONS, ssim.OF_REGIONS), (perceptual_distance.of_regions(lpips.name),)
            of_frame = [RegionMeasures(lpips, scene.constants, each) for each in measures]
            of_crop = ssim.ssim, lambda a, b: float(lpips(a[None], b[None])[0])
        else:
            plain = PlainMetrics(net, torch.load(weights, weights_only=True))
            of_frame, of_crop = (plain.by_pixel, plain.perceptual), (plain.ssim, plain.lpips)
            frames = [(truth, mask, scene.constants | pictures) for truth, mask, pictures in frames]
        self.jobs: dict[Key, list[Callable[[], Result]]] = {}
        for part, frame_measure, crop_measure in zip(PARTS, of_frame, of_crop, strict=True):
            self.jobs["transfer", part] = [partial(frame_measure, *frame) for frame in frames]
            self.jobs["held-out", part] = [partial(of_crops, crop_measure, crops) for crops in scene.crops]

    def run(self, key: Key) -> tuple[float, list[Result]]:
        """Seconds and results of all jobs of a kind and part."""
        start = perf_counter()
        jobs = self.jobs[key]
        results = list(in_parallel(call, jobs)) if self.parallel else [job() for job in jobs]
        return perf_counter() - start, results


def of_crops(measure: Callable[..., float], crops: dict[str, Crop]) -> dict[str, float]:
    """A measure of body and face crop."""
    return {name: measure(*pair) for name, pair in crops.items()}


def set_up(side: str, net: str, weights: Path, scene: Scene) -> None:
    """Make this process's side."""
    global own_side
    own_side = Side(side, net, weights, scene)


def run(key: Key) -> tuple[float, list[Result]]:
    return own_side.run(key)


def load_scene(width: int, height: int, count: int, folder: Path) -> Scene:
    """The demo's pictures at a size, ``count`` frames of each kind. folder: for the baselines' frame store."""
    truth = TruthClip(TRUTH, width, height)
    video, track = probe(TARGET / "video.mp4"), read_track(TARGET / "poses.parquet")
    fit = fit_into(video.width, video.height, width, height, "pad")
    pictures = [picture for _, picture in islice(read_pictures(video, fit), TRAINED)]
    trained = (StoredFrame(picture, 0, float(index / FPS)) for index, picture in enumerate(pictures))
    write_frames(folder / "target.parquet", trained, width, height, FPS)
    poses = track.joints[:TRAINED] * (fit.scaled_width / video.width, fit.scaled_height / video.height, 1)
    poses[..., :2] += fit.left, fit.top
    baselines = Baselines(FrameStore(folder / "target.parquet"), poses[:, BODY], TRAINED)

    chosen = set(spread(truth.count(FPS), count).tolist())
    frames = []
    for index, frame in enumerate(truth.frames(FPS)):
        if index in chosen:
            nearest = baselines.nearest_pose(frame.pose)
            frames.append((frame.picture, frame.mask, {"result": imitated(frame.picture), "nearest_pose": nearest}))
    bodies = body_boxes(poses, width, height, BODY_MARGIN)
    faces = face_boxes(poses, np.zeros(TRAINED, int), float(FPS), width, height)
    crops = []
    for index in spread(TRAINED, count):
        real = pictures[index]
        boxes = {"body": bodies[index], "face": faces[index]}
        pair = real, imitated(real)
        crops.append({name: [each[y0:y1, x0:x1] for each in pair] for name, (x0, y0, x1, y1) in boxes.items()})
    held_out = len(track) - split_clip(bodies_seen(track.joints), load_params().split)[1]
    return Scene(baselines.constants, frames, crops, {"transfer": truth.count(FPS), "held-out": held_out})


def imitated(picture: np.ndarray) -> np.ndarray:
    """A picture as a network might give it: blurred and a pixel off."""
    return np.roll(cv2.GaussianBlur(picture, (0, 0), 1), 1, axis=1)


def compare(key: Key, plain: list[Result], stage: list[Result]) -> None:
    """Print how well the sides' results agree; stop if they do not."""
    expected, found = (pd.json_normalize(side).sort_index(axis=1).to_numpy() for side in (plain, stage))
    absolute, relative = TOLERANCE[key[1]]
    off = np.abs(found - expected)
    allowed = f"{absolute:g} + {relative:g} of each"
    print(f"{', '.join(key)}: {off.size} numbers, off by up to {off.max():.1e} (allowed {allowed})")
    if not (off <= absolute + relative * np.abs(expected)).all():
        raise SystemExit("the stage does not compute what the plain loop does: its time means nothing")


if __name__ == "__main__":
    main()
