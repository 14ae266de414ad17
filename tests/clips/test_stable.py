"""The stable clip: what the frames of a camera that moves show through windows of the canvas."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from still import still_camera

from pipeline.clips import paths
from pipeline.clips.camera import Camera, write_camera
from pipeline.clips.stable import StableClip, open_target
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.warp import window_matrix
from pipeline.runtime.pictures import write_picture
from pipeline.user.cli import UserError

WIDTH, HEIGHT = 48, 32
CANVAS = 80, 50  # width, height
CORNERS = [(0, 0), (9, 5), (32, 18)]  # of the frames in the canvas
PLATE = 20  # its grey level, which no frame has


def world():
    """uint8 RGB of the canvas, 60 to 250, smooth enough for JPEG: where it is cut out tells from where it was."""
    y, x = np.mgrid[: CANVAS[1], : CANVAS[0]]
    return np.stack([60 + 2 * x, 60 + 3 * y, 120 + x + y], axis=2).clip(0, 250).astype(np.uint8)


def shifts():
    return np.stack([[[1.0, 0, x], [0, 1.0, y], [0, 0, 1]] for x, y in CORNERS])


def write_store(path):
    seen = (world()[y : y + HEIGHT, x : x + WIDTH] for x, y in CORNERS)
    write_frames(path, (StoredFrame(each, 0, t / 30) for t, each in enumerate(seen)), WIDTH, HEIGHT, Fraction(30))
    return FrameStore(path)


@pytest.fixture
def clip(tmp_path):
    store = write_store(tmp_path / "frames.parquet")
    return StableClip(store, Camera(shifts(), *CANVAS), np.full((CANVAS[1], CANVAS[0], 3), PLATE, np.uint8))


def window(x, y, width, height, shown=None):
    """The view of a window of the canvas, as large as it is or as ``shown``, (width, height) in px."""
    return window_matrix(np.array([x, y, x + width, y + height]), *(shown or (width, height)))


@pytest.mark.parametrize("t", [0, 1, 2])
def test_the_canvas_shows_the_frame_at_its_place_and_the_plate_around_it(clip, t):
    x, y = CORNERS[t]
    picture = clip.picture(t, window(0, 0, *CANVAS), *CANVAS)
    np.testing.assert_array_equal(picture[y : y + HEIGHT, x : x + WIDTH], clip.store.read(t))
    around = np.ones(picture.shape[:2], bool)
    around[y : y + HEIGHT + 1, x : x + WIDTH + 1] = False  # the outline's last pixels may be the frame's, which go on
    assert around.any() and (picture[around] == PLATE).all()


def test_all_frames_show_the_same_place_through_the_same_window(clip):
    """A place that all of them saw: as if from a tripod."""
    x, y, width, height = 33, 19, 14, 12
    for t in range(len(CORNERS)):
        shown = clip.picture(t, window(x, y, width, height), width, height)
        assert np.abs(shown.astype(int) - world()[y : y + height, x : x + width]).max() <= 6  # JPEG


@pytest.mark.parametrize("factor", [2, 0.5])
def test_a_window_may_be_shown_at_another_size(clip, factor):
    width, height = int(20 * factor), int(16 * factor)
    shown = clip.picture(1, window(20, 12, 20, 16, (width, height)), width, height)
    y, x = (np.mgrid[:height, :width] + 0.5) / factor - 0.5
    expected = np.stack([60 + 2 * (20 + x), 60 + 3 * (12 + y), 120 + 32 + x + y], axis=2)
    assert np.abs(shown - expected).max() <= 6


def test_a_window_beyond_the_canvas_shows_the_plates_edge(clip):
    assert (clip.picture(0, window(-60, -60, 40, 40), 40, 40) == PLATE).all()
    assert (clip.background(window(-60, -60, 40, 40), 40, 40) == PLATE).all()


def test_the_background_is_the_plate_in_the_window(clip):
    clip.plate = world()
    np.testing.assert_array_equal(clip.background(window(10, 7, 30, 20), 30, 20), world()[7:27, 10:40])


def test_seen_through_its_own_camera_a_frame_is_as_it_was_stored(clip):
    for t, to_canvas in enumerate(shifts()):
        np.testing.assert_array_equal(clip.picture(t, to_canvas, WIDTH, HEIGHT), clip.store.read(t))


def test_may_be_handed_to_other_processes(clip):
    clip.store.read(0)  # whose file is open
    again = pickle.loads(pickle.dumps(clip))  # noqa: S301
    np.testing.assert_array_equal(again.picture(2, window(0, 0, *CANVAS), *CANVAS),
                                  clip.picture(2, window(0, 0, *CANVAS), *CANVAS))


def test_the_target_is_opened_as_the_stages_left_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="data/frames/target.parquet is missing"):
        open_target()
    store = write_store(paths.frames("target"))
    with pytest.raises(UserError, match="data/background/camera.parquet is missing"):
        open_target()
    write_camera(paths.CAMERA, still_camera(len(store), WIDTH, HEIGHT), store)
    with pytest.raises(UserError, match="data/background/plate.png is missing"):
        open_target()
    plate = world()[:HEIGHT, :WIDTH]
    write_picture(paths.PLATE, plate)
    clip = open_target()
    np.testing.assert_array_equal(clip.plate, plate)
    assert not clip.camera.moves and len(clip.store) == len(CORNERS)
