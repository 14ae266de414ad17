"""Which frames are rendered for the face's training, and that their crops are what rendering shows."""

import numpy as np
import pytest
from walking_face import FACE_SIZE, FRAMES, body, frames  # noqa: F401

from pipeline.clips.runs import Run
from pipeline.face.crops import LEAD_IN, LONGEST, render_crops, runs_around
from pipeline.face.data import boxes_over_time


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


def test_crops_are_of_pictures_rendered_in_a_row_from_each_runs_lead(frames, body, tmp_path):  # noqa: F811
    boxes = boxes_over_time(frames, FACE_SIZE)
    runs = [Run(3, 6, 16), Run(22, 30, FRAMES)]
    crops = render_crops(body, frames, boxes, runs, tmp_path)
    seen = []
    for run in runs:
        for t, (_, frame) in enumerate(body.run(frames.poses(slice(run.lead, run.end))), run.lead):
            x0, y0, x1, y1 = boxes[t]
            if t >= run.begin:
                expected = frame[:, y0:y1, x0:x1].half().numpy() if x0 >= 0 else np.zeros((3, FACE_SIZE, FACE_SIZE))
                np.testing.assert_array_equal(crops[t], expected)
                seen += [t] if np.abs(crops[t]).max() > 0 else []
    assert seen == [*range(6, 11), 14, 15, *range(30, FRAMES)]
    for t in (0, 5, 16, 29):
        with pytest.raises(KeyError):
            crops[t]


def test_a_stop_costs_the_run_it_is_in(frames, body, tmp_path):  # noqa: F811
    boxes = boxes_over_time(frames, FACE_SIZE)
    runs = runs_around(np.array([2, 3, 30, 31]), frames.store.shots)
    whole = render_crops(body, frames, boxes, runs, tmp_path / "whole")
    first, second = (whole.file(run).name for run in runs)

    class Stopping:
        def run(self, joints):
            if len(joints) > 4:  # the second, with its lead-in
                raise KeyboardInterrupt
            return body.run(joints)

    with pytest.raises(KeyboardInterrupt):
        render_crops(Stopping(), frames, boxes, runs, tmp_path / "stopped")
    assert [path.name for path in (tmp_path / "stopped").iterdir()] == [first]
    before = (tmp_path / "stopped" / first).stat().st_mtime_ns
    render_crops(body, frames, boxes, runs, tmp_path / "stopped")
    assert (tmp_path / "stopped" / first).stat().st_mtime_ns == before
    for name in (first, second):
        assert (tmp_path / "stopped" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
