"""How well the pose detector sees the built-in dancers, whose true joints are known.

    python -m benchmarks.detector data/raw/target data/raw/dancer

For each folder of a rendered clip: the share of the frames in which it finds the body, the face (of those in which the
face is turned to the camera) and the hands, the distance of the found body joints from the true ones, and the share of
them within a fifth of the torso (PCK@0.2).
"""

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from dancers.clip import POSES, VIDEO
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, MID_HIP, NECK, RIGHT_HAND, found_joints, found_only
from pipeline.clips.track import read_track
from pipeline.detection.detector import open_detector
from pipeline.params import load_params
from pipeline.video.fit import fit_height
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

PCK = 0.2  # of the torso, neck to middle of the hips


def main(folder: Path) -> None:
    """Print a clip's line."""
    params = load_params()
    limits = params.keypoints
    truth = read_track(folder / POSES)
    found = np.empty_like(truth.joints)
    detector = open_detector(limits)
    frames = read_pictures(probe(folder / VIDEO), fit_height(truth.width, truth.height, truth.height))
    for index, (_, frame) in enumerate(tqdm(frames, f"detect {folder.name}", total=len(truth), unit="frame")):
        found[index] = detector.detect(frame)

    seen, real = found_joints(found_only(found, params.pose.min_confidence)), found_joints(truth.joints)
    front = real[:, FACE].any(axis=1)
    offsets = np.linalg.norm(found[:, BODY, :2] - truth.joints[:, BODY, :2], axis=2)
    torso = np.linalg.norm(truth.joints[:, NECK, :2] - truth.joints[:, MID_HIP, :2], axis=1, keepdims=True)
    both = seen[:, BODY] & real[:, BODY]
    share = {
        "body": seen[:, BODY].any(axis=1).mean(),
        "face of front views": seen[front][:, FACE].any(axis=1).mean() if front.any() else np.nan,
        "left hand": seen[:, LEFT_HAND].any(axis=1).mean(),
        "right hand": seen[:, RIGHT_HAND].any(axis=1).mean(),
    }
    print(
        f"{folder}: {len(truth)} frames, {front.mean():.0%} front views; found: "
        + ", ".join(f"{name} {value:.1%}" for name, value in share.items())
        + f"; body joints off by median {np.median(offsets[both]):.1f}, mean {offsets[both].mean():.1f} px at "
        f"{truth.width}x{truth.height}; PCK@{PCK} {(offsets < PCK * torso)[both].mean():.1%}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="of rendered clips")
    for folder in parser.parse_args().folders:
        main(folder)
