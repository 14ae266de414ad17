"""Stage transfer: how the result's camera moves, and what is written of every frame."""

from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.camera import Camera
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack
from pipeline.transfer import camera_path, transfer


def camera_of(shifts):
    """The reference is the frame that is only moved within the canvas, the third here; the others are turned."""
    matrices = [
        [[np.cos(a), -np.sin(a), x], [np.sin(a), np.cos(a), 5.0], [0, 0, 1]]
        for a, x in zip((0.02, 0.01, 0, -0.01, -0.02), shifts, strict=True)
    ]
    return Camera(np.array(matrices), 200, 100)


@pytest.fixture
def camera():
    return camera_of((3.0, 4.0, 5.0, 6.0, 7.0))


def test_steady_is_the_reference_frames_view_all_along(camera):
    for frames in (1, 5, 13):
        path = camera_path(camera, "steady", frames)
        np.testing.assert_array_equal(path, np.tile(camera.to_canvas[2], (frames, 1, 1)))


def test_original_is_the_cameras_motion_to_the_end_and_back_again(camera):
    expected = [0, 1, 2, 3, 4, 3, 2, 1, 0, 1, 2, 3, 4, 3]
    np.testing.assert_array_equal(camera_path(camera, "original", 14), camera.to_canvas[expected])
    np.testing.assert_array_equal(camera_path(camera, "original", 3), camera.to_canvas[:3])
    steps = np.diff(camera_path(camera, "original", 40)[:, 0, 2])
    assert (np.abs(steps) == 1).all()  # it never jumps


@pytest.mark.parametrize("how", ["steady", "original"])
def test_a_camera_that_stands_still_does_so_either_way(how):
    still = Camera(np.tile(np.eye(3), (2, 1, 1)), 8, 8)
    np.testing.assert_array_equal(camera_path(still, how, 5), np.tile(np.eye(3), (5, 1, 1)))


def test_frames_are_written_alone_and_beside_source_and_pose_at_the_results_height(tmp_path, camera):
    def write(name, width, height, grey):
        frames = (StoredFrame(np.full((height, width, 3), grey + t, np.uint8), t // 2, t / 30) for t in range(4))
        write_frames(tmp_path / name, frames, width, height, Fraction(30))
        return FrameStore(tmp_path / name)

    target, source = write("target.parquet", 60, 40, 0), write("source.parquet", 100, 80, 200)

    class Renderer:
        clip = StableClip(target, camera, np.zeros((100, 200, 3), np.uint8))

        def render(self, track, shots, cameras):
            assert len(track) == 4
            np.testing.assert_array_equal(shots, source.shots)
            for t in range(len(track)):
                frame = np.full((40, 60, 3), int(cameras[t][0, 2]), np.uint8)
                yield np.full_like(frame, 100 + t), frame

    track = PoseTrack(np.ones((4, 137, 3), np.float32), np.arange(4) / 30, Fraction(30), 200, 100, "made up")
    alone, beside = [], []
    cameras = camera_path(camera, "original", 4)
    transfer(track, Renderer(), source, cameras, None, alone.append, beside.append)
    assert len(alone) == len(beside) == 4
    for t, (result, three) in enumerate(zip(alone, beside, strict=True)):
        assert (result == 3 + t).all() and result.shape == (40, 60, 3)
        assert three.shape == (40, 50 + 60 + 60, 3)  # the source keeps its shape
        assert np.abs(three[:, :50].astype(int) - 200 - t).max() <= 2
        assert (three[:, 50:110] == 100 + t).all()
        np.testing.assert_array_equal(three[:, 110:], result)
