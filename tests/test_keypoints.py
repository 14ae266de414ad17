"""Stage keypoints, run as a user runs it, on frames of the demo clip."""

import json
import shutil
import subprocess
import sys
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from found_people import link_networks

from pipeline.clips.layout import FACE, LEFT_HAND
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track
from pipeline.keypoints import coverage, main, warnings
from pipeline.user.cli import UserError

FPS = Fraction(30)


@pytest.fixture
def workspace(tmp_path, project) -> Path:
    """A folder with params.yaml and the first 8 frames of the demo's target, decoded."""
    shutil.copy(project / "params.yaml", tmp_path)
    link_networks(tmp_path)
    with av.open(str(project / "data/raw/target/video.mp4")) as file:
        pictures = [frame.to_ndarray(format="rgb24") for frame in islice(file.decode(video=0), 8)]
    store(tmp_path, "target", pictures)
    return tmp_path


def store(workspace, clip, pictures):
    height, width = pictures[0].shape[:2]
    frames = [StoredFrame(picture, 0, t / 30) for t, picture in enumerate(pictures)]
    write_frames(workspace / f"data/frames/{clip}.parquet", frames, width, height, FPS)


def run(workspace, clip):
    command = [sys.executable, "-m", "pipeline.keypoints", clip]
    return subprocess.run(command, cwd=workspace, capture_output=True, text=True)


def test_poses_and_coverage(workspace):
    first = run(workspace, "target")
    assert first.returncode == 0, first.stderr
    path = workspace / "data/poses/target.parquet"
    track = read_track(path)
    assert len(track) == 8 and track.fps == FPS and "mediapipe" in track.detector
    np.testing.assert_allclose(track.times, np.arange(8) / 30)
    summary = json.loads(path.with_suffix(".json").read_text())
    assert summary["frames"] == 8 and summary["detector"] == track.detector
    assert summary["coverage"]["body"] == summary["coverage"]["face"] == 1
    assert list(summary["coverage"]) == ["body", "face", "left_hand", "right_hand"]
    assert "body 100.0%" in first.stdout and str(Path("data/poses/target.parquet")) in first.stdout
    assert ": 8 frames, " in first.stderr and "W0000" not in first.stderr  # progress, and no chatter of libraries

    poses = path.read_bytes()
    run(workspace, "target")
    assert path.read_bytes() == poses


def test_a_video_without_a_person_is_refused(workspace, monkeypatch):
    store(workspace, "dancer", [np.full((96, 128, 3), 40 * t, np.uint8) for t in range(4)])
    monkeypatch.chdir(workspace)
    with pytest.raises(UserError, match="no person was found in any of the 4 frames of data/raw/dancer/video.mp4"):
        main("dancer")
    assert not Path("data/poses").exists()


def test_frames_not_decoded_yet(workspace, monkeypatch):
    monkeypatch.chdir(workspace)
    with pytest.raises(UserError, match="data/frames/dancer.parquet is missing"):
        main("dancer")


def test_coverage_counts_frames_with_any_joint_of_the_part():
    joints = np.zeros((4, 137, 3), np.float32)
    joints[:, 0, 2] = 0.2
    joints[:3, FACE, 2] = 1
    joints[0, LEFT_HAND.start, 2] = 1
    track = PoseTrack(joints, np.arange(4) / 30, FPS, 64, 64, "none")
    assert coverage(track) == {"body": 1, "face": 0.75, "left_hand": 0.25, "right_hand": 0}


def test_low_coverage_is_told_with_its_number():
    shares = {"body": 0.5, "face": 0.9, "left_hand": 0.1, "right_hand": 1.0}
    alone = np.zeros(40, bool)
    told = list(warnings("dancer", shares, alone, alone))
    assert len(told) == 2
    assert told[0].startswith("body found in only 50% of the frames of dancer")
    assert told[1].startswith("left hand found in only 10% of the frames of dancer")
    assert list(warnings("dancer", dict.fromkeys(shares, 1.0), alone, alone)) == []


def test_other_people_are_told_and_where_they_hide_the_dancer():
    shares = dict.fromkeys(("body", "face", "left_hand", "right_hand"), 1.0)
    crowded, hidden = np.arange(40) < 20, np.isin(np.arange(40), (12, 13, 14))
    (told,) = warnings("dancer", shares, crowded, hidden)
    assert "somebody else is in the picture in 20 of 40 frames of dancer; in 3 of them, from frame 12 on," in told
    (told,) = warnings("dancer", shares, crowded, np.zeros(40, bool))
    assert "hidden" not in told and "set by `person`" in told
