"""How near smoothed poses are to the truth, and how steady.

    python -m benchmarks.smoothing <clip> [<clip> ...]

For each folder of a clip rendered here (video.mp4, poses.parquet with the true joints), the joints that the detector
finds are smoothed in several ways. Errors are mean distances from the truth in thousandths of the person's height;
"tremor" is by how much the second difference over time is off, in the same unit. What is printed is the mean over the
clips. Detected poses are kept among the project's caches.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.signal import savgol_filter

from benchmarks.normalization import PARTS, detect
from dancers.clip import POSES
from pipeline.clips.layout import BODY, found_joints
from pipeline.clips.track import read_track
from pipeline.detection.one_euro import OneEuroFilter
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.params import load_params
from pipeline.pose.smoothing import smooth

WAYS = {  # median_window, cutoff
    "as detected": (1, None), "median 3": (3, None), "median 7": (7, None), "4 Hz": (1, 4.0),
    "median 3, then 2 Hz": (3, 2.0), "median 3, then 3 Hz": (3, 3.0), "median 3, then 4 Hz": (3, 4.0),
    "median 3, then 5 Hz": (3, 5.0), "median 3, then 6 Hz": (3, 6.0),
}  # fmt: skip
SAVITZKY_GOLAY = {"Savitzky-Golay, 9 frames": 9, "Savitzky-Golay, 15 frames": 15}
ONE_EURO = {"One Euro, 1 Hz": (1.0, 5.0), "One Euro, 4 Hz": (4.0, 20.0)}  # least cutoff, Hz, and beta
KALMAN = {"Kalman, loose": 0.3, "Kalman, stiff": 0.03}  # jerk's noise, px/frame^3, for an error of 1 px of a joint


def main(folders: list[Path]) -> None:
    """Print a row for each way."""
    params = load_params()
    rows: dict[str, list[list[float]]] = {}
    for folder in folders:
        found, true = detect(folder, params), read_track(folder / POSES)
        one_shot, rate = np.zeros(len(found), int), float(found.fps)
        ways = {}
        for way, (window, cutoff) in WAYS.items():
            pose = params.pose.model_copy(update={"median_window": window, "cutoff": cutoff})
            ways[way] = smooth(found.joints, pose, one_shot, rate)
        median = ways["median 3"]
        ways |= {way: savitzky_golay(median, window) for way, window in SAVITZKY_GOLAY.items()}
        ways |= {way: one_euro(median, rate, *settings) for way, settings in ONE_EURO.items()}
        ways |= {way: kalman(median, noise) for way, noise in KALMAN.items()}
        for way, joints in ways.items():
            joints[..., :2] *= true.height / found.height
            rows.setdefault(way, []).append(errors(joints, np.asarray(true.joints)))
    print("way: " + ", ".join(f"{part} error, tremor" for part in PARTS))
    for way, each in rows.items():
        print(f"{way}: " + ", ".join(f"{number:.2f}" for number in np.mean(each, axis=0)))


def runs(joints: np.ndarray) -> Iterator[tuple[int, slice]]:
    """Each joint's uninterrupted runs of frames in which it is found."""
    for joint, seen in enumerate(found_joints(joints).T):
        for start, end in np.flatnonzero(np.diff(seen, prepend=False, append=False)).reshape(-1, 2).tolist():
            yield joint, slice(start, end)


def savitzky_golay(joints: np.ndarray, window: int) -> np.ndarray:
    """Joints (frames, 137, 3) through polynomials of the second degree, fitted to ``window`` frames around each."""
    joints = joints.copy()
    for joint, run in runs(joints):
        frames = run.stop - run.start
        width = min(window, frames - (frames + 1) % 2)
        if width > 3:
            joints[run, joint, :2] = savgol_filter(joints[run, joint, :2].astype(float), width, 2, axis=0)
    return joints


def one_euro(joints: np.ndarray, rate: float, cutoff: float, beta: float) -> np.ndarray:
    """Joints (frames, 137, 3) through the One Euro filter forwards and, so that nothing lags, backwards."""
    joints = joints.copy()
    height = np.ptp(joints[:, BODY, 1], axis=1).mean()
    for joint, run in runs(joints):
        ways = []
        for points in (joints[run, joint, :2], joints[run, joint, :2][::-1]):
            filtered = OneEuroFilter(rate, cutoff, beta)
            ways.append(np.array([filtered.filter(point[None], height)[0] for point in points]))
        joints[run, joint, :2] = (ways[0] + ways[1][::-1]) / 2
    return joints


def kalman(joints: np.ndarray, noise: float) -> np.ndarray:
    """Joints (frames, 137, 3) through Kalman's filter and the smoother of Rauch, Tung and Striebel.

    The state is place, speed and acceleration. noise: standard deviation of the jerk, px/frame^3, while that
    of a detected joint is 1 px.
    """
    joints = joints.copy()
    step = np.array([[1, 1, 0.5], [0, 1, 1], [0, 0, 1]])
    added = noise**2 * np.outer((1 / 6, 0.5, 1), (1 / 6, 0.5, 1))
    for joint, run in runs(joints):
        seen = joints[run, joint, :2].astype(float)
        state, spread = np.stack([seen[0], np.zeros(2), np.zeros(2)]), np.diag([1.0, 1.0, 1.0])
        states, spreads, guesses, guessed = [], [], [], []
        for point in seen:
            state, spread = step @ state, step @ spread @ step.T + added
            guesses.append(state), guessed.append(spread)
            gain = spread[:, 0] / (spread[0, 0] + 1)
            state, spread = state + np.outer(gain, point - state[0]), spread - np.outer(gain, spread[0])
            states.append(state), spreads.append(spread)
        for k in range(len(seen) - 2, -1, -1):
            gain = spreads[k] @ step.T @ np.linalg.inv(guessed[k + 1])
            states[k] = states[k] + gain @ (states[k + 1] - guesses[k + 1])
        joints[run, joint, :2] = [each[0] for each in states]
    return joints


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
