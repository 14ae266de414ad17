"""How fast stage keypoints is, against MediaPipe itself, whose networks it runs.

    pip install mediapipe==0.10.14        # for this benchmark alone; there is none for Python 3.13 and later
    python -m benchmarks.keypoints [frames]

The first frames of the demo's target, as a store of frames. The stage's work (reading and decompressing frames, runs,
joints in the project's order) in one process; and MediaPipe Holistic alone, with the same settings, over the same
frames decompressed in memory beforehand; in turns, each with a new detector. Then the stage with a process a core on a
clip of that many frames twice over, cut between them, so that there are two runs: what sharing a clip gains.
Frames a second are by the clock, medians; ms of CPU a frame are changed little by other programs.
"""

import argparse
import os
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from tqdm import trange

from pipeline.clips.runs import cut_runs
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.detection.detection import detect, detect_run
from pipeline.params import Keypoints, load_params
from pipeline.video.fit import fit_height
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

VIDEO = Path("data/raw/target/video.mp4")
FPS = Fraction(30)
ROUNDS = 3
BARE, STAGE = "MediaPipe Holistic", "stage, one process"
ALONE, SHARED = "two runs, one process", "two runs, a process a core"


def main() -> None:
    import torch  # here, since the processes that detect read this module, too, and would load it for nothing

    from benchmarks.machine import cost, describe

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frames", nargs="?", type=int, default=200)
    frames = parser.parse_args().frames
    params = load_params()
    limits = params.keypoints
    load = os.getloadavg()[0]  # of others: nothing has run here yet
    with TemporaryDirectory() as folder:
        video = probe(VIDEO)
        fit = fit_height(video.width, video.height, params.decode.height)
        pictures = [picture for _, picture in islice(read_pictures(video, fit), frames)]
        once, twice = (store(Path(folder) / f"{times}.parquet", pictures, times) for times in (1, 2))
        print(f"{describe(torch.device('cpu'))}; load of other programs {load:.1f}; {len(once)} frames of "
              f"{once.width}x{once.height}")
        ways = {
            BARE: (len(once), partial(bare, list(once), limits)),
            STAGE: (len(once), partial(in_one_process, once, limits)),
            ALONE: (len(twice), partial(in_one_process, twice, limits)),
            SHARED: (len(twice), lambda: list(detect(twice, limits, "largest"))),
        }
        measured = {name: [] for name in ways}
        for _ in trange(ROUNDS, desc="rounds", unit="round"):
            for name, (_, way) in ways.items():
                measured[name].append(cost(way))
    rates = {}
    for name, (count, _) in ways.items():
        seconds, cpu = (median(values) for values in zip(*measured[name], strict=True))
        rates[name] = count / seconds
        print(f"{name}: {rates[name]:.1f} frames/s, {cpu / count * 1000:.1f} ms of CPU a frame")
    print(f"a process a core is {rates[SHARED] / rates[ALONE]:.2f} times as fast as one, starting processes included")
    print(f"ratio: {rates[STAGE] / rates[BARE]:.2f}")


def store(path: Path, pictures: list[np.ndarray], times: int) -> FrameStore:
    """A store of ``pictures``, ``times`` times over, each time a shot of its own."""
    frames = (StoredFrame(picture, shot, 0.0) for shot in range(times) for picture in pictures)
    height, width = pictures[0].shape[:2]
    write_frames(path, frames, width, height, FPS)
    return FrameStore(path)


def bare(frames: list[np.ndarray], limits: Keypoints) -> None:
    """MediaPipe's own call, frame by frame."""
    import mediapipe as mp

    with mp.solutions.holistic.Holistic(model_complexity=1, refine_face_landmarks=True,
                                        min_detection_confidence=limits.min_detection_confidence,
                                        min_tracking_confidence=limits.min_tracking_confidence) as holistic:
        for frame in frames:
            holistic.process(frame)


def in_one_process(frames: FrameStore, limits: Keypoints) -> None:
    for run in cut_runs(frames.shots):
        list(detect_run(frames, limits, None, run))


if __name__ == "__main__":
    main()
