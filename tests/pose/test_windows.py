"""Windows hold the person, are steady, and move by whole pixels."""

from fractions import Fraction

import numpy as np
import pytest

from pipeline.clips.layout import found_joints
from pipeline.clips.track import PoseTrack
from pipeline.pose.windows import STEP, frame_window, person_windows, view_of

SIZE = 64


@pytest.fixture
def walk(stand):
    """Ninety frames of a trembling person who walks to the right, then jumps up and down."""
    tremble = np.random.default_rng(0).normal(0, 0.7, (90, 2))
    jump = np.where(np.arange(90) > 50, 40 * np.sin(np.arange(90) / 4), 0)
    return np.stack([
        stand(100, 40 + 2 * t + tremble[t, 0], 220 + tremble[t, 1] - max(jump[t], 0)) for t in range(90)
    ])  # fmt: skip


def test_everything_found_is_well_inside(walk):
    windows = person_windows(walk, np.zeros(90, int), 30, SIZE)
    margin = 0.05 * (windows[:, 2] - windows[:, 0])
    for pose, (x0, y0, x1, y1), edge in zip(walk, windows, margin, strict=True):
        points = pose[found_joints(pose), :2]
        assert (points > (x0 + edge, y0 + edge)).all() and (points < (x1 - edge, y1 - edge)).all()


def test_windows_are_squares_that_move_by_whole_pixels_of_their_pictures(walk):
    windows = person_windows(walk, np.zeros(90, int), 30, SIZE)
    sides = windows[:, 2:] - windows[:, :2]
    np.testing.assert_allclose(sides[:, 0], sides[:, 1])
    steps = np.log(sides[:, 0]) / np.log(STEP)
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)
    places = windows[:, :2] / (sides / SIZE)
    np.testing.assert_allclose(places, np.rint(places), atol=1e-6)


def test_windows_tremble_less_than_the_person(walk):
    def tremble(points):
        return np.abs(np.diff(points[:45], n=2, axis=0)).mean()

    windows = person_windows(walk, np.zeros(90, int), 30, 4096)  # of so many pixels that none of them shows
    assert tremble(windows[:, :2]) < 0.3 * tremble(walk[:, 0, :2])


def test_twice_as_near_is_a_window_about_twice_as_large(walk):
    small, large = (person_windows(scale * walk, np.zeros(90, int), 30, SIZE) for scale in (1, [2, 2, 1]))
    ratio = (large[:, 2] - large[:, 0]) / (small[:, 2] - small[:, 0])
    assert (np.abs(ratio - 2) < 2 * STEP - 2 + 1e-6).all()


def test_every_shot_has_windows_of_its_own_and_gaps_are_bridged(stand):
    joints = np.stack([stand(100, 60, 200)] * 10 + [stand(50, 500, 200)] * 10)
    joints[4:6] = 0
    windows = person_windows(joints, np.repeat([0, 1], 10), 30, SIZE)
    assert np.ptp(windows[:10], axis=0).max() == 0 and np.ptp(windows[10:], axis=0).max() == 0
    assert windows[10, 2] - windows[10, 0] < 0.6 * (windows[0, 2] - windows[0, 0])
    assert (person_windows(np.zeros((3, 137, 3)), np.zeros(3, int), 30, SIZE) == [0, 0, 1, 1]).all()


def test_a_whole_frame_is_in_the_middle_of_its_window():
    np.testing.assert_allclose(frame_window(100, 200, 64, 128), [0, 0, 100, 200])
    np.testing.assert_allclose(frame_window(100, 200, 128, 128), [-50, 0, 150, 200])


def test_the_view_of_a_frame_has_its_shape_in_whole_multiples():
    track = PoseTrack(np.zeros((2, 137, 3)), np.zeros(2), Fraction(30), 406, 720, "made up")
    assert view_of("frame", 256, 16, track).size == (160, 256)
    assert view_of("person", 256, 16, track).size == (256, 256)
    windows = view_of("frame", 256, 16, track).windows(track, track.joints, np.zeros(2, int))
    np.testing.assert_allclose(windows[0], windows[1])
    assert windows[0, 0] < 0 and windows[0, 1] == 0 and windows[0, 3] == 720
