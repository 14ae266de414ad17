"""OpenPose's files, in and out: layouts, older names, archives, several people, and what is wrong with a file."""

import json
import shutil
import tarfile
import zipfile
from fractions import Fraction

import numpy as np
import pytest

from pipeline import export
from pipeline.backends.openpose_files import open_files, parse, serialize
from pipeline.backends.registry import BACKENDS
from pipeline.clips import layout
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, MID_HIP, NECK, RIGHT_HAND
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.params import Keypoints
from pipeline.runtime.files import write_json
from pipeline.user.cli import UserError

KEYPOINTS = Keypoints(backend="openpose", weights=None, min_detection_confidence=0.5, min_tracking_confidence=0.5)
SIZE, FRAMES = 64, 6
COCO = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]


def pose(seed, x=32.0):
    random = np.random.default_rng(seed)
    joints = np.column_stack([random.uniform(0, SIZE, (137, 2)), random.uniform(0.1, 1, 137)]).astype(np.float32)
    joints[random.choice(137, 20, replace=False)] = 0
    joints[MID_HIP], joints[NECK] = (x, 40, 0.9), (x, 20, 0.9)
    return joints


@pytest.fixture
def clip(tmp_path, monkeypatch):
    """A folder with a decoded clip, ``tango``: a red shirt on the left, a green one on the right, on blue ground."""
    monkeypatch.chdir(tmp_path)
    picture = np.zeros((SIZE, SIZE, 3), np.uint8) + np.uint8([0, 0, 200])
    picture[:, :32], picture[:, 40:] = (200, 0, 0), (0, 200, 0)
    frames = [StoredFrame(picture, 0, t / 30) for t in range(FRAMES)]
    path = tmp_path / "data/frames/tango.parquet"
    write_frames(path, frames, SIZE, SIZE, Fraction(30))
    write_json(path.with_suffix(".json"), {"to_original": [[2.0, 0, 0], [0, 2.0, 0]]})
    return FrameStore(path)


def put(folder, people_by_frame):
    folder.mkdir(parents=True)
    for index, people in enumerate(people_by_frame):
        files = [json.loads(serialize(joints))["people"] for joints in people]
        content = json.dumps({"version": 1.3, "people": sum(files, [])})
        (folder / f"tango_{index:012d}_keypoints.json").write_text(content)


def detect(store, person="largest"):
    found = list(BACKENDS["openpose"].detect(store, KEYPOINTS, person))
    assert [one.frame for one in found] == list(range(len(store)))
    return np.stack([one.joints for one in found]), [one.crowded for one in found]


def test_what_is_written_is_read_again():
    joints = pose(0)
    (read,) = parse(serialize(joints), "a")
    np.testing.assert_array_equal(read.astype(np.float32), joints)
    assert parse(serialize(np.zeros((137, 3))), "a") == []


def test_bodies_of_18_joints_and_older_names():
    joints = pose(1)
    parts = {"pose": COCO, "face": FACE, "hand_left": LEFT_HAND, "hand_right": RIGHT_HAND}
    person = {f"{part}_keypoints": joints[span].ravel().tolist() for part, span in parts.items()}
    (read,) = parse(json.dumps({"version": 0.1, "people": [person]}).encode(), "a")
    np.testing.assert_array_equal(read[COCO].astype(np.float32), joints[COCO])
    np.testing.assert_array_equal(read[25:].astype(np.float32), joints[25:])
    hips = joints[[layout.RIGHT_HIP, layout.LEFT_HIP]]
    if (hips[:, 2] > 0).all():
        np.testing.assert_allclose(read[MID_HIP], hips.mean(axis=0), rtol=1e-6)
    assert (read[[layout.LEFT_HEEL, layout.RIGHT_BIG_TOE]] == 0).all()


@pytest.mark.parametrize("content", [b"no json", b"[]", b'{"people": [{"pose_keypoints_2d": [1, 2]}]}',
                                     b'{"people": [{"pose_keypoints_2d": [1, 2, 3]}]}', b'{"people": 3}'])
def test_another_file_is_named(content):
    with pytest.raises(UserError, match="frame7.json is not a file that OpenPose wrote"):
        parse(content, "frame7.json")


@pytest.mark.parametrize("packed", [None, "zip", "tar", "gztar"])
def test_poses_come_from_a_folder_or_an_archive_in_px_of_the_store(clip, tmp_path, packed):
    folder = tmp_path / "data/raw/openpose/tango"
    truth = np.stack([pose(seed) for seed in range(FRAMES)])
    put(folder, [[joints * [2, 2, 1]] for joints in truth])
    if packed:
        shutil.make_archive(str(folder), packed, folder)
        shutil.rmtree(folder)
    joints, crowded = detect(clip)
    np.testing.assert_allclose(joints, truth, rtol=1e-6)
    assert not any(crowded)


def test_who_is_meant_among_several(clip, tmp_path):
    """Two people, whom OpenPose lists in changing order; one of them is missing for a frame."""
    left, right = (pose(7, x=15), pose(8, x=52))
    people = [[left, right], [right, left], [left, right], [right], [right, left], []]
    put(tmp_path / "data/raw/openpose/tango", [[joints * [2, 2, 1] for joints in each] for each in people])
    joints, crowded = detect(clip, (0.25, 0.5))
    for frame in (0, 1, 2, 4):
        np.testing.assert_allclose(joints[frame], left, rtol=1e-6)
    assert (joints[5] == 0).all() and crowded == [True, True, True, False, True, False]
    np.testing.assert_allclose(detect(clip, (0.8, 0.5))[0][[0, 1, 2, 3, 4]], np.stack([right] * 5), rtol=1e-6)


def test_the_files_must_be_those_of_the_clip(clip, tmp_path):
    folder = tmp_path / "data/raw/openpose/tango"
    with pytest.raises(UserError, match="openpose/tango is missing: put the folder"):
        detect(clip)
    put(folder, [[pose(0)]] * 4)
    with pytest.raises(UserError, match="has 4 files for the 6 pictures .* decode.fps must be null"):
        detect(clip)
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(UserError, match="holds no file whose name ends in _keypoints.json"):
        detect(clip)
    folder.rmdir()
    folder.with_name("tango.zip").write_bytes(b"no zip")
    with pytest.raises(UserError, match="tango.zip cannot be read"):
        detect(clip)


def test_archives_may_hold_a_folder_and_other_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("out/b_000000000001_keypoints.json", "{}")
        archive.writestr("out/b_000000000000_keypoints.json", "[]")
        archive.writestr("out/rendered.png", "")
    names, read = open_files(tmp_path / "a")
    assert [read(name) for name in names] == [b"[]", b"{}"]
    with tarfile.open(tmp_path / "c.tgz", "w:gz") as archive:
        archive.add(tmp_path / "a.zip", "d/e_keypoints.json")
    names, read = open_files(tmp_path / "c")
    assert names == ["d/e_keypoints.json"] and read(names[0]) == (tmp_path / "a.zip").read_bytes()


def test_an_export_is_what_the_backend_reads(clip, tmp_path, project):
    shutil.copy(project / "params.yaml", tmp_path)
    text = (tmp_path / "params.yaml").read_text().replace("  dancer:\n", "  tango:\n")
    (tmp_path / "params.yaml").write_text(text)
    truth = np.stack([pose(seed) for seed in range(FRAMES)])
    truth[3] = 0
    track = PoseTrack(truth, np.arange(FRAMES) / 30, Fraction(30), SIZE, SIZE, "made up")
    write_track(tmp_path / "data/poses/tango.parquet", track)
    export.main("tango", "data/raw/openpose/tango")
    np.testing.assert_array_equal(detect(clip)[0], np.asarray(read_track(tmp_path / "data/poses/tango.parquet").joints))
    with pytest.raises(UserError, match="is there already"):
        export.main("tango", "data/raw/openpose/tango")


def test_a_further_backend_is_a_function_and_a_name(clip, monkeypatch):
    """Whatever finds joints: here one that finds a fixed pose."""
    from pipeline.backends.registry import Backend
    from pipeline.detection.found import Found
    from pipeline.keypoints import keypoints

    fixed = pose(3)
    everywhere = Backend("fixed", lambda store, params, person: (Found(t, fixed, False) for t in range(len(store))))
    monkeypatch.setitem(BACKENDS, "fixed", everywhere)
    track, crowded = keypoints(clip, KEYPOINTS.model_copy(update={"backend": "fixed"}), "largest")
    assert track.detector == "fixed" and (track.joints[:] == fixed).all() and not crowded.any()
    assert (track.joints[:, BODY] == fixed[BODY]).all()
