"""Stage keypoints: the joints of the person in every stored frame, and how often they were found.

    python -m pipeline.keypoints <clip>

Reads data/frames/<clip>.parquet. Writes data/poses/<clip>.parquet with all joints and raw confidences, for
later stages to judge and smooth, and beside it the coverage as JSON.
"""

import sys
from collections.abc import Iterator
from tempfile import TemporaryFile

import numpy as np

from pipeline.backends.registry import BACKENDS
from pipeline.clips import paths
from pipeline.clips.layout import NUM_JOINTS, PARTS, found_joints
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, bodies_seen, write_track
from pipeline.params import Choice, Keypoints, load_params
from pipeline.runtime.files import write_json
from pipeline.user.cli import UserError, run
from pipeline.user.progress import Progress

# By part: the share of the frames below which the user is warned, and why it matters.
EXPECTED = {
    "body": (0.9, "frames without a body neither train nor render anything"),
    "face": (0.5, "the Face GAN learns from and works on the others only"),
    "left_hand": (0.5, "in the others it is missing, or in a dance carried along (normalize.carry_hands)"),
    "right_hand": (0.5, "in the others it is missing, or in a dance carried along (normalize.carry_hands)"),
}


def keypoints(store: FrameStore, params: Keypoints, person: Choice) -> tuple[PoseTrack[np.ndarray], np.ndarray]:
    """Detect the joints in every frame of ``store``; and bool (frames,), where somebody else is in the picture, too.

    The joints are in a temporary file, since those of a long clip take hundreds of MB.
    """
    crowded = np.zeros(len(store), bool)
    with TemporaryFile() as file:
        joints = np.memmap(file, np.float32, "w+", shape=(len(store), NUM_JOINTS, 3))
    backend = BACKENDS[params.backend]
    found = backend.detect(store, params, person)
    for index, pose, others in Progress(found, f"keypoints {store.path.stem}", "frame", len(store)):
        joints[index], crowded[index] = pose, others
    return PoseTrack(joints, store.times, store.fps, store.width, store.height, backend.name), crowded


def coverage(track: PoseTrack[np.ndarray]) -> dict[str, float]:
    """Share of the frames, 0..1, in which the detector found any joint of the body, the face and each hand."""
    found = found_joints(track.joints)
    return {part: float(found[:, span].any(axis=1).mean()) for part, span in PARTS.items()}


def warnings(clip: str, shares: dict[str, float], crowded: np.ndarray, hidden: np.ndarray) -> Iterator[str]:
    """What the user should know about poses that are usable all the same.

    crowded, hidden: bool (frames,), where somebody else is in the picture, and where the one who is meant is not seen.
    """
    for part, (expected, consequence) in EXPECTED.items():
        if shares[part] < expected:
            name = part.replace("_", " ")
            yield f"{name} found in only {shares[part]:.0%} of the frames of {clip}: {consequence}"
    if crowded.any():
        told = f"somebody else is in the picture in {crowded.sum()} of {len(crowded)} frames of {clip}"
        if hidden.any():
            told += (f"; in {hidden.sum()} of them, from frame {hidden.argmax()} on, the one who is meant is hidden or "
                     "in doubt: they have no pose")
        yield f"{told}; who is meant is set by `person` beside the clip's `video` in params.yaml"


def main(clip: str) -> None:
    params = load_params()
    video = params.clip(clip).video
    store = FrameStore(paths.frames(clip))
    track, crowded = keypoints(store, params.keypoints, params.clip(clip).person)
    shares = coverage(track)
    if shares["body"] == 0:
        raise UserError(f"no person was found in any of the {len(track)} frames of {video}: give a video "
                        "that shows one whole person, or lower keypoints.min_detection_confidence")

    path = paths.poses(clip)
    write_track(path, track)
    hidden = crowded & ~bodies_seen(track.joints)
    summary = {
        "detector": track.detector, "frames": len(track), "coverage": shares, "crowded": int(crowded.sum()),
        "hidden": int(hidden.sum()),
    }
    write_json(path.with_suffix(".json"), summary)

    for warning in warnings(clip, shares, crowded, hidden):
        print(f"warning: {warning}", file=sys.stderr)
    found = ", ".join(f"{part.replace('_', ' ')} {share:.1%}" for part, share in shares.items())
    print(f"{path}: poses of {len(track)} frames; found in: {found}; summary in {path.with_suffix('.json')}")


if __name__ == "__main__":
    run(main, "clip")
