"""Write a clip's poses as OpenPose does, one JSON per stored frame: body (BODY_25), face and hands.

    python -m pipeline.export <clip> <folder>

Reads data/poses/<clip>.parquet, as stage keypoints wrote it, and data/frames/<clip>.json, which tells the size of the
video, in whose pixels the files are. No stage: for other programs, or for ``keypoints.backend: openpose``.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipeline.backends.openpose_files import ENDING, serialize
from pipeline.clips import paths
from pipeline.clips.layout import found_joints
from pipeline.clips.track import open_track
from pipeline.params import load_params
from pipeline.runtime.files import copy_folder, read_json
from pipeline.user.cli import UserError, run
from pipeline.user.progress import Progress


def main(clip: str, folder: str) -> None:
    load_params().clip(clip)
    track = open_track(paths.poses(clip))
    matrix = np.array(read_json(paths.frames(clip).with_suffix(".json"))["to_original"])
    to = Path(folder)
    if to.exists():
        raise UserError(f"{to} is there already: name a new folder")
    with TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        for index in Progress(range(len(track)), f"export {clip}", "frame"):
            joints = np.array(track.joints[index : index + 1][0], np.float64)
            found = found_joints(joints)
            joints[found, :2] = joints[found, :2] @ matrix[:, :2].T + matrix[:, 2]
            (made / f"{clip}_{index:012d}{ENDING}").write_bytes(serialize(joints))
        copy_folder(made, to)
    print(f"{to}: {len(track)} files, the poses of {clip} in px of its video")


if __name__ == "__main__":
    run(main, "clip", "folder", is_stage=False)
