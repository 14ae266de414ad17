"""The camera's file, and points moved by matrices."""

from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.camera import Camera, read_camera, write_camera
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.warp import picture_corners, transform
from pipeline.user.cli import UserError


def store(path, grey):
    picture = np.full((8, 8, 3), grey, np.uint8)
    write_frames(path, (StoredFrame(picture, 0, t / 30) for t in range(2)), 8, 8, Fraction(30))
    return FrameStore(path)


def test_comes_back_and_only_for_its_frames(tmp_path):
    frames, path = store(tmp_path / "a.parquet", 10), tmp_path / "camera.parquet"
    with pytest.raises(UserError, match="camera.parquet is missing"):
        read_camera(path, frames)
    camera = Camera(np.random.default_rng(0).normal(size=(2, 3, 3)), 12, 9)
    write_camera(path, camera, frames)
    read = read_camera(path, frames)
    np.testing.assert_array_equal(read.to_canvas, camera.to_canvas)
    assert (read.width, read.height, read.moves) == (12, 9, True)
    with pytest.raises(UserError, match="belongs to other frames"):
        read_camera(path, store(tmp_path / "b.parquet", 20))
    with pytest.raises(UserError, match="holds no camera"):
        read_camera(frames.path, frames)


def test_the_identity_does_not_move():
    assert not Camera(np.tile(np.eye(3), (2, 1, 1)), 8, 8).moves


def test_points_are_moved_by_every_matrix():
    matrices = np.array([[[2, 0, 1], [0, 2, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 2]]], float)
    places = transform(picture_corners(4, 2), matrices)
    np.testing.assert_allclose(places[0], [[1, 0], [9, 0], [9, 4], [1, 4]])
    np.testing.assert_allclose(places[1], picture_corners(4, 2) / 2)
