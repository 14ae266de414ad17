"""How many training pairs a loader process prepares: the project's against one written plainly.

    python -m benchmarks.data

Both give pairs of consecutive frames of the demo's target with their pose pictures, in batches of one, as the networks
want them: float32 in [-1, 1]. The project's adds the plate, and is timed as well with the random views of training,
which have to be interpolated. The plain loader does what the method's released code does: frames are PNG files in a
folder, resized by Pillow, a pose picture is drawn by blending every limb into the whole canvas, and floats come out of
the loader process. The project's reads the frame store and sends bytes. Both have one loader process and take turns;
medians of the rounds.
"""

import argparse
from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from benchmarks.machine import describe
from benchmarks.target import still_clip
from pipeline.body.augmentation import Augmentation
from pipeline.body.data import PairDataset
from pipeline.clips.layout import found_joints
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import read_track
from pipeline.networks.pictures import to_float
from pipeline.pose.picture import STROKE_JOINTS, STROKE_STYLES
from pipeline.pose.windows import frame_window
from pipeline.training.batches import StepSampler
from pipeline.training.frames import TrainingFrames
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

CLIP = Path("data/raw/target")
FRAMES = 120
HEIGHT, STORED_HEIGHT = 256, 512  # px: of the training picture, of the stored frames
WARM_UP = 8  # pairs, more than a loader process prepares ahead


class PlainPairs(Dataset):
    """The same pairs as PairDataset, float32, the plain way."""

    def __init__(self, folder: Path, joints: np.ndarray, width: int, ends: np.ndarray) -> None:
        self.folder, self.joints, self.width, self.ends = folder, joints, width, ends

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        times = self.ends[index] - 1, self.ends[index]
        frames = [Image.open(self.folder / f"{t:06d}.png").resize((self.width, HEIGHT), Image.BICUBIC) for t in times]
        poses = [plain_pose(self.joints[t], self.width) for t in times]
        return tuple(torch.stack([torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 127.5 - 1
                                  for picture in pictures]) for pictures in (poses, frames))


def plain_pose(joints: np.ndarray, width: int) -> np.ndarray:
    """The pose picture, each limb drawn on a canvas of its own that is blended into the picture, white ground."""
    picture = np.full((HEIGHT, width, 3), 255, np.uint8)
    for pair, (colour, share) in zip(STROKE_JOINTS, STROKE_STYLES, strict=True):
        if found_joints(joints[pair]).all():
            start, end = np.rint(joints[pair, :2] - 0.5).astype(int).tolist()
            canvas = picture.copy()
            cv2.line(canvas, start, end, colour, max(1, round(share * HEIGHT)), cv2.LINE_AA)
            picture = cv2.addWeighted(picture, 0.1, canvas, 0.9, 0)
    return picture


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=60, help="of a round, of each loader")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)  # of the process that takes the pairs; a loader process always has one
    print(describe(torch.device("cpu")))
    ratios = []
    for width in (256, 512):
        with TemporaryDirectory() as folder:
            ours, plain = make_datasets(Path(folder), width)
            difference = compare(ours, plain)
            moved = PairDataset(ours.frames, ours.ends, augmentation=Augmentation(0, mirror=False))
            rates: dict[str, list[float]] = {"store": [], "moved": [], "plain": []}
            for seed in range(options.rounds):
                rates["store"].append(rate(ours, options.pairs, seed, to_float))
                rates["moved"].append(rate(moved, options.pairs, seed, to_float))
                rates["plain"].append(rate(plain, options.pairs, seed, lambda pictures: pictures))
        medians = {name: median(values) for name, values in rates.items()}
        ratios.append(medians["store"] / medians["plain"])
        print(f"{width}x{HEIGHT} from {2 * width}x{STORED_HEIGHT}: a loader process prepares {medians['store']:.1f} "
              f"pairs/s ({medians['moved']:.1f} of random views), the plain one {medians['plain']:.1f}, "
              f"{ratios[-1]:.2f} times as many; real frames differ by {difference:.3f} of 2 on average", flush=True)
    print(f"ratio: {min(ratios):.2f}")


def make_datasets(folder: Path, width: int) -> tuple[PairDataset, PlainPairs]:
    """A store of some of the target's frames and a folder of the same as PNG files, and both loaders' data."""
    video, track = probe(CLIP / "video.mp4"), read_track(CLIP / "poses.parquet")
    fit = fit_into(video.width, video.height, 2 * width, STORED_HEIGHT, "pad")
    pictures = [picture for _, picture in islice(read_pictures(video, fit), FRAMES)]
    for t, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{t:06d}.png")
    stored = (StoredFrame(picture, 0, t / 30) for t, picture in enumerate(pictures))
    write_frames(folder / "frames.parquet", stored, 2 * width, STORED_HEIGHT, Fraction(30))
    joints = track.joints[:FRAMES] * np.array([STORED_HEIGHT / track.height] * 2 + [1], np.float32)
    joints[..., 0] += (2 * width - STORED_HEIGHT) / 2  # where padding puts a square video
    windows = np.tile(frame_window(2 * width, STORED_HEIGHT, width, HEIGHT), (FRAMES, 1))
    frames = TrainingFrames(still_clip(FrameStore(folder / "frames.parquet")), joints, windows, width, HEIGHT)
    ends = np.arange(1, FRAMES)
    half = np.array([0.5, 0.5, 1], np.float32)
    return PairDataset(frames, ends), PlainPairs(folder, joints * half, width, ends)


def compare(ours: PairDataset, plain: PlainPairs) -> float:
    """Mean absolute difference of a pair's frames; stops if they, or the pose pictures, do not show the same."""
    (poses, frames, *_), (plain_poses, plain_frames) = map(to_float, ours[50]), plain[50]
    difference = float((frames - plain_frames).abs().mean())
    if difference > 0.05 or float((poses - plain_poses).abs().mean()) > 0.05:
        raise SystemExit("the two loaders give other pictures: their speeds mean nothing")
    return difference


def rate(dataset: Dataset, pairs: int, seed: int, finish: Callable[[Tensor], Tensor]) -> float:
    """Pairs a second that come out of one loader process and ``finish``."""
    sampler = StepSampler(len(dataset), 1, 0, WARM_UP + pairs, seed)
    batches = iter(DataLoader(dataset, batch_sampler=sampler, num_workers=1))
    for _ in range(WARM_UP):
        next(batches)
    start = perf_counter()
    for batch in batches:
        for pictures in batch:
            finish(pictures)
    return pairs / (perf_counter() - start)


if __name__ == "__main__":
    main()
