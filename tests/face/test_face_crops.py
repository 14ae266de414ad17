"""Which frames are rendered for the face's training, and that their crops are what rendering shows."""

import numpy as np
import pytest
from walking_face import CROP, FRAMES, body, frames  # noqa: F401

from pipeline.clips.runs import Run
from pipeline.face.crops import LEAD_IN, LONGEST, fine_enough, render_crops, runs_around
from pipeline.pose.parts import part_squares


def test_runs_hold_the_frames_and_lead_in_to_them():
    times = np.array([2, 3, 3 + LEAD_IN, 100])
    assert runs_around(times, np.zeros(200, int)) == [Run(0, 2, 4 + LEAD_IN), Run(100 - LEAD_IN, 100, 101)]


def test_runs_stay_within_shots():
    shots = np.repeat([0, 1, 2], [4, 30, 6])
    times = np.array([2, 3, 4, 5, 20, 33, 34, 39])
    assert runs_around(times, shots) == [
        Run(0, 2, 4), Run(4, 4, 6), Run(12, 20, 21), Run(25, 33, 34), Run(34, 34, 40)
    ]


def test_long_runs_are_cut():
    assert runs_around(np.arange(5, 2 * LONGEST + 7), np.zeros(1000, int)) == [
        Run(0, 5, 5 + LONGEST), Run(5 + LONGEST - LEAD_IN, 5 + LONGEST, 5 + 2 * LONGEST),
        Run(5 + 2 * LONGEST - LEAD_IN, 5 + 2 * LONGEST, 7 + 2 * LONGEST),
    ]


@pytest.mark.parametrize("seed", range(5))
def test_every_frame_wanted_is_in_one_run_of_its_shot(seed):
    rng = np.random.default_rng(seed)
    shots = np.cumsum(rng.random(3000) < 0.01)
    times = np.flatnonzero(np.repeat(rng.random(300) < 0.5, 10) & (rng.random(3000) < 0.9))
    runs = runs_around(times, shots)
    covered = np.concatenate([np.arange(run.begin, run.end) for run in runs])
    assert (np.diff(covered) > 0).all() and np.isin(times, covered).all()
    assert all(shots[run.lead] == shots[run.end - 1] and run.end - run.begin <= LONGEST for run in runs)
    assert all(
        run.begin - run.lead == LEAD_IN or run.lead == 0 or shots[run.lead - 1] < shots[run.lead] for run in runs
    )


def squares_of(frames):  # noqa: F811
    return part_squares(frames.joints, frames.clip.store.shots, 30)


def test_crops_are_of_pictures_rendered_in_a_row_from_each_runs_lead(frames, body, tmp_path):  # noqa: F811
    squares = squares_of(frames)
    squares[:, 1] = np.nan
    squares[:, 0, :2] = np.rint(squares[:, 0, :2])  # in whole pixels of the canvas
    squares[:, 0, 2:] = squares[:, 0, :2] + CROP
    runs = [Run(3, 6, 16), Run(22, 30, FRAMES)]
    crops = render_crops(body, frames, squares, CROP, runs, tmp_path)
    seen = []
    for run in runs:
        span = slice(run.lead, run.end)
        for t, made in enumerate(body.run(frames.joints[span], frames.windows[span]), run.lead):
            if t >= run.begin:
                expected = np.zeros((CROP, CROP, 3))
                if np.isfinite(squares[t, 0, 0]):
                    x, y = squares[t, 0, :2].astype(int)
                    laid = body.over(frames.clip.plate, made, frames.windows[t], np.eye(3))
                    expected = laid[y : y + CROP, x : x + CROP]
                    seen.append(t)
                np.testing.assert_array_equal(crops[t, 0], expected)
                assert not crops[t, 1].any()
    assert seen == [*range(6, 11), 14, 15, *range(30, FRAMES)]
    for t in (0, 5, 16, 29):
        with pytest.raises(KeyError):
            crops[t, 0]


def test_pictures_are_no_finer_than_the_crops_need():
    squares = np.full((2, 3, 4), np.nan)
    assert fine_enough(squares, 96) == 1
    squares[0, 0], squares[1, 1] = [10, 10, 394, 394], [0, 0, 288, 288]
    assert fine_enough(squares, 96) == pytest.approx(1 / 3)
    squares[1, 2] = [5, 5, 45, 45]
    assert fine_enough(squares, 96) == 1


def test_a_stop_costs_the_run_it_is_in(frames, body, tmp_path):  # noqa: F811
    squares = squares_of(frames)
    runs = runs_around(np.array([2, 3, 30, 31]), frames.clip.store.shots)
    whole = render_crops(body, frames, squares, CROP, runs, tmp_path / "whole")
    first, second = (whole.file(run).name for run in runs)

    class Stopping:
        clip, view, path, over = body.clip, body.view, body.path, body.over

        def run(self, joints, windows, path, scale):
            if len(joints) > 4:  # the second, with its lead-in
                raise KeyboardInterrupt
            return body.run(joints, windows, path, scale=scale)

    with pytest.raises(KeyboardInterrupt):
        render_crops(Stopping(), frames, squares, CROP, runs, tmp_path / "stopped")
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == [first]
    before = (tmp_path / "stopped" / first).stat().st_mtime_ns
    render_crops(body, frames, squares, CROP, runs, tmp_path / "stopped")
    assert (tmp_path / "stopped" / first).stat().st_mtime_ns == before
    for name in (first, second):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
