"""How near smoothed poses are to the truth, and how steady.

    python -m benchmarks.smoothing <clip> [<clip> ...]

For each folder of a clip rendered here (video.mp4, poses.parquet with the true joints), the joints that the detector
finds are smoothed in several ways. Errors are mean distances from the truth in thousandths of the person's height;
"tremor" is by how much the second difference over time is off, in the same unit. What is printed is the mean over the
clips. Detected poses are kept among the project's caches.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.normalization import PARTS, detect
from dancers.clip import POSES
from pipeline.clips.layout import BODY, found_joints
from pipeline.clips.track import read_track
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.params import load_params
from pipeline.pose.smoothing import smooth

WAYS = {  # median_window, savgol_window
    "as detected": (1, 1), "median 3": (3, 1), "median 7": (7, 1), "Savitzky-Golay 9": (1, 9),
    "median 3, then 7": (3, 7), "median 3, then 9": (3, 9), "median 3, then 11": (3, 11), "median 3, then 15": (3, 15),
    "median 7, then 9": (7, 9),
}  # fmt: skip


def main(folders: list[Path]) -> None:
    """Print a row for each way."""
    params = load_params()
    rows: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    for folder in folders:
        found, true = detect(folder, params), read_track(folder / POSES)
        unit = true.height / found.height
        for way, (median, savgol) in WAYS.items():
            pose = params.pose.model_copy(update={"median_window": median, "savgol_window": savgol})
            joints = smooth(found.joints, pose, np.zeros(len(found), int))
            joints[..., :2] *= unit
            rows[way].append(errors(joints, np.asarray(true.joints)))
    print("way: " + ", ".join(f"{part} error, tremor" for part in PARTS))
    for way, each in rows.items():
        print(f"{way}: " + ", ".join(f"{number:.2f}" for number in np.mean(each, axis=0)))


def errors(joints: np.ndarray, true: np.ndarray) -> list[float]:
    """For each part, error and tremor. joints, true: (frames, 137, 3) px of the same picture."""
    both = found_joints(joints) & found_joints(true)
    off = np.where(both[..., None], joints[..., :2].astype(float) - true[..., :2], np.nan)
    off *= 1000 / np.ptp(true[:, BODY, 1], axis=1).mean()
    return [
        float(np.nanmean(np.linalg.norm(of_part, axis=-1)))
        for part in PARTS
        for of_part in (off[:, GROUPS[part]], np.diff(off[:, GROUPS[part]], 2, axis=0))
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    main(parser.parse_args().folders)
