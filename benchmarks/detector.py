"""How well the pose detector sees rendered dancers, whose true joints are known: by part and by how they are turned.

    python -m benchmarks.detector data/raw/target data/raw/dancer

For each folder of a rendered clip a row for each part and view: the share of its joints that are found, of those that
the truth shows, and how far they are off, in thousandths of the person's height, as detected and as smoothed. Views are
by the true shoulders: front and back where they look at least half as wide as they ever do, else side. Detected poses
are kept among the project's caches.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.normalization import DETECTED, detect
from dancers.clip import POSES
from pipeline.clips import layout
from pipeline.clips.layout import (
    BODY,
    FACE,
    LEFT_HAND,
    LEFT_SHOULDER,
    RIGHT_HAND,
    RIGHT_SHOULDER,
    found_joints,
    found_only,
)
from pipeline.clips.track import read_track
from pipeline.params import load_params
from pipeline.pose.smoothing import smooth


def both_sides(*names: str) -> list[int]:
    """The joints of these names, left and right."""
    return [getattr(layout, f"{side}_{name}") for side in ("LEFT", "RIGHT") for name in names]


PARTS = {
    "head": [layout.NOSE, *both_sides("EYE", "EAR")],
    "arms": both_sides("SHOULDER", "ELBOW", "WRIST"),
    "legs": both_sides("HIP", "KNEE", "ANKLE"),
    "feet": both_sides("HEEL", "BIG_TOE"),
    "face": list(range(FACE.start, FACE.stop)),
    "left hand": list(range(LEFT_HAND.start, LEFT_HAND.stop)),
    "right hand": list(range(RIGHT_HAND.start, RIGHT_HAND.stop)),
}
WIDE = 0.5  # of the shoulders' greatest width


def main(folder: Path) -> None:
    """Print a clip's rows."""
    params = load_params()
    track, truth = detect(folder, params), read_track(folder / POSES)
    true = truth.joints * [track.height / truth.height, track.height / truth.height, 1]
    height = np.ptp(true[:, BODY, 1], axis=1).mean()
    raw = found_only(np.asarray(track.joints), params.pose.min_confidence)
    smoothed = smooth(track.joints, params.pose, np.zeros(len(track), int), float(track.fps))
    widths = true[:, LEFT_SHOULDER, 0] - true[:, RIGHT_SHOULDER, 0]
    wide = WIDE * np.abs(widths).max()
    views = {"front": widths >= wide, "side": np.abs(widths) < wide, "back": widths <= -wide}
    print(f"{folder}: {len(track)} frames {DETECTED} px high, the person {height:.0f} px; {track.detector}")
    for part, which in PARTS.items():
        for view, frames in views.items():
            real = found_joints(true[frames][:, which])
            if not real.any():
                continue
            found = found_joints(raw[frames][:, which])
            errors = [off(joints[frames][:, which], true[frames][:, which], found & real) / height * 1000
                      for joints in (raw, smoothed)]
            print(f"  {part:10} {view:5} {frames.sum():4} frames: found {(found & real).sum() / real.sum():6.1%}, off "
                  f"{errors[0]:5.1f}, smoothed {errors[1]:5.1f}")


def off(joints: np.ndarray, true: np.ndarray, both: np.ndarray) -> float:
    """Mean distance, px, of joints (frames, n, 3) from the true ones where ``both``, bool (frames, n), are known."""
    return float(np.linalg.norm(joints[..., :2] - true[..., :2], axis=-1)[both].mean()) if both.any() else np.nan


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="of rendered clips")
    for folder in parser.parse_args().folders:
        main(folder)
