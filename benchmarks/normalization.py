"""How far normalized poses are from the truth: by the feet, by feet and limbs, and only scaled with the picture.

    python -m benchmarks.normalization <target> <source> <truth> [<target> <source> <truth> ...]

For each three folders of clips (video.mp4 and, where it was rendered here, poses.parquet with the true joints): the
source's poses, true ones and detected ones, are normalized to the target's of the same kind and compared with those
of the truth, the target doing the source's dance. Mean distance over the joints found in both, in px of a picture 256
px high. "Shape" is what remains of the body's when every frame may be moved and the whole clip scaled: how wrong the
build is, without the distance from the camera, which no pose tells. Detected poses are kept among the project's
caches.
"""

import argparse
from hashlib import sha256
from pathlib import Path

import numpy as np
from tqdm import tqdm

from dancers.clip import POSES, VIDEO
from pipeline.clips.layout import found_joints, found_only
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.detection.detector import open_detector
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.normalize import normalize
from pipeline.params import Params, load_params
from pipeline.pose.smoothing import smooth
from pipeline.training.run_folder import cache_folder
from pipeline.user.cli import UserError
from pipeline.video.fit import fit_height
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

METHODS = "none", "feet", "limbs"
HEIGHT = 256  # px, of the picture in which distances are told
DETECTED = 512  # px, of the picture in which poses are detected
PARTS = "body", "face", "hands"


def main(folders: list[Path]) -> None:
    """Print the errors of every pair, and last how many times as large the feet's are as those of the limbs."""
    params, ratios = load_params(), []
    for target, source, truth in zip(*[iter(folders)] * 3, strict=True):
        rendered = all((folder / POSES).is_file() for folder in (target, source, truth))
        real = read_track(truth / POSES) if rendered else detect(truth, params)
        real = real.with_joints(found_only(real.joints, params.pose.min_confidence))
        for kind in ("true", "detected") if rendered else ("detected",):
            tracks = [read_track(clip / POSES) if kind == "true" else detect(clip, params) for clip in (source, target)]
            tracks = [smoothed(track, params) for track in tracks]
            errors = {}
            for method in METHODS:
                chosen = params.normalize.model_copy(update={"method": method})
                joints, _, summary = normalize(source.name, *tracks, chosen, np.zeros(len(tracks[0]), int))
                errors[method] = distances(tracks[0].with_joints(joints), real, tracks[1].height)
                told = ", ".join(f"{part} {error:.2f}" for part, error in errors[method].items())
                print(f"{source} as {truth}, {kind} poses, {method}: {told}")
            for warning in summary["warnings"]:
                print(f"  {warning}")
            ratios.append(errors["feet"]["body"] / errors["limbs"]["body"])
    print("feet : limbs, body: " + ", ".join(f"{ratio:.2f}" for ratio in ratios))
    print(f"ratio: {np.mean(ratios):.2f}")


def distances(dance: PoseTrack, real: PoseTrack, height: int) -> dict[str, float]:
    """Mean distances of a ``dance`` in a picture ``height`` px high from the ``real`` one, in px at HEIGHT, and the
    body's shape's."""
    joints = np.asarray(dance.joints)
    if len(joints) != len(real):
        raise UserError(f"a source of {len(joints)} frames and a truth of {len(real)} are not the same dance")
    both = (found_joints(joints) & found_joints(real.joints))[..., None]
    ours, theirs = (np.where(both, poses[..., :2].astype(float) * HEIGHT / each, np.nan)
                    for poses, each in ((joints, height), (real.joints, real.height)))
    errors = {part: _distance(ours[:, GROUPS[part]], theirs[:, GROUPS[part]]) for part in PARTS}

    ours, theirs = ours[:, GROUPS["body"]], theirs[:, GROUPS["body"]]
    ours = ours - np.nanmean(ours, axis=1, keepdims=True)
    theirs = theirs - np.nanmean(theirs, axis=1, keepdims=True)
    scale = np.nansum(ours * theirs) / np.nansum(ours**2)
    return errors | {"shape": _distance(scale * ours, theirs)}


def _distance(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Mean distance of points (frames, joints, 2), NaN where one is not found."""
    return float(np.nanmean(np.linalg.norm(ours - theirs, axis=-1)))


def smoothed(track: PoseTrack, params: Params) -> PoseTrack:
    """The poses as the normalize stage reads them."""
    return track.with_joints(smooth(track.joints, params.pose, np.zeros(len(track), int), float(track.fps)))


def detect(folder: Path, params: Params) -> PoseTrack:
    """The poses that the detector finds in a clip's video, found once."""
    video, limits = folder / VIDEO, params.keypoints
    detector = open_detector(limits)
    key = sha256(video.read_bytes() + (limits.model_dump_json() + detector.name).encode()).hexdigest()
    kept = cache_folder() / "detected" / f"{key}.parquet"
    if not kept.is_file():
        clip = probe(video)
        fit = fit_height(clip.width, clip.height, DETECTED)
        joints, times = [], []
        for time, frame in tqdm(read_pictures(clip, fit), f"detect {folder.name}", total=clip.frames, unit="frame"):
            joints.append(detector.detect(frame))
            times.append(time)
        times = np.array(times, float)
        write_track(kept, PoseTrack(np.stack(joints), times, clip.rate, fit.width, fit.height, detector.name))
    return read_track(kept)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="target, source and truth; any number of threes")
    folders = parser.parse_args().folders
    if len(folders) % 3:
        parser.error("give threes of folders: a target, a source and the truth")
    main(folders)
