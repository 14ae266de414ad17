"""Stage background, on a shaken clip of a known room."""

import json
import shutil

import cv2
import numpy as np
import pytest
from filmed import FPS, FRAMES, HEIGHT, WIDTH, film, room, shake
from found_people import link_networks

from pipeline.background import main, stabilized
from pipeline.clips import paths
from pipeline.clips.camera import Camera, read_camera
from pipeline.clips.layout import NECK, NUM_JOINTS
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, read_track, write_track

WRITTEN = [paths.PLATE, paths.CAMERA, paths.STABLE_POSES, paths.BACKGROUND_SUMMARY, paths.BACKGROUND_PICTURE]


@pytest.fixture
def workspace(tmp_path, project, monkeypatch):
    shutil.copy(project / "params.yaml", tmp_path)
    text = (tmp_path / "params.yaml").read_text()
    (tmp_path / "params.yaml").write_text(text.replace("gap: 10 ", "gap: 2 "))
    link_networks(tmp_path)
    monkeypatch.chdir(tmp_path)


def figure(x, y):
    """(137, 3): enough of a person that its place and height are known."""
    joints = np.zeros((NUM_JOINTS, 3), np.float32)
    joints[[1, 8, 9, 10, 11, 12, 13, 14]] = [
        (x, y - 57, 1), (x, y - 36, 1), (x - 4, y - 36, 1), (x - 4, y - 20, 1), (x - 4, y - 2, 1), (x + 4, y - 36, 1),
        (x + 4, y - 20, 1), (x + 4, y - 2, 1),
    ]  # fmt: skip
    return joints


def make(camera):
    store, joints = film(paths.frames("target"), figure, camera, room())
    write_track(paths.poses("target"), PoseTrack(joints, store.times, store.fps, WIDTH, HEIGHT, "known"))
    return joints


def test_a_shaken_clip(workspace):
    joints = make(shake)
    main()
    store = FrameStore(paths.frames("target"))
    camera, summary = read_camera(paths.CAMERA, store), json.loads(paths.BACKGROUND_SUMMARY.read_text())
    assert len(camera.to_canvas) == len(store) == FRAMES and store.fps == FPS
    first = np.linalg.inv(camera.to_canvas[0])
    truth = np.linalg.inv(shake(0))
    corners = np.array([[0, 0, 1], [WIDTH, 0, 1], [0, HEIGHT, 1], [WIDTH, HEIGHT, 1]]).T
    for frame in range(FRAMES):  # relative to the first, whatever the reference
        found, true = (first @ camera.to_canvas[frame] @ corners), (truth @ shake(frame) @ corners)
        assert np.abs(found / found[2] - true / true[2]).max() < 0.5
    plate = cv2.imread(str(paths.PLATE))
    assert plate.shape == (camera.height, camera.width, 3) and camera.height > HEIGHT
    assert summary["model"] == "similarity" and summary["width"] == camera.width and summary["lost"] == 0
    track = read_track(paths.STABLE_POSES)
    assert (track.width, track.height) == (camera.width, camera.height)
    np.testing.assert_array_equal(track.joints[..., 2], joints[..., 2])
    neck = camera.to_canvas[5] @ [*joints[5, NECK, :2], 1]
    np.testing.assert_allclose(track.joints[5, NECK, :2], neck[:2] / neck[2], rtol=1e-5)
    assert not track.joints[:, 0].any()  # never found
    before = [path.read_bytes() for path in WRITTEN]
    main()
    assert [path.read_bytes() for path in WRITTEN] == before


def test_a_still_camera_leaves_poses_as_they_are():
    joints = np.stack([figure(50, 90)] * 2)
    track = PoseTrack(joints, np.arange(2) / 30, FPS, WIDTH, HEIGHT, "known")
    same = stabilized(track, Camera(np.tile(np.eye(3), (2, 1, 1)), WIDTH, HEIGHT))
    np.testing.assert_array_equal(same.joints, joints)
    assert (same.width, same.height) == (WIDTH, HEIGHT)
