"""Evenly spread frames, one by one and in runs."""

import numpy as np
import pytest

from pipeline.clips.spread import RUN, spread, spread_runs


@pytest.mark.parametrize(("end", "most"), [(1, 5), (5, 5), (101, 101), (144_000, 101), (144_000, 10_000)])
def test_spread_frames_differ_and_reach_from_end_to_end(end, most):
    frames = spread(end, most)
    assert len(frames) == len(set(frames.tolist())) == min(end, most)
    assert frames[0] == 0 and frames[-1] == end - 1
    assert np.ptp(np.diff(frames)) <= 1 if len(frames) > 1 else True


@pytest.mark.parametrize(("count", "most"), [(1000, 200), (1000, 999), (1000, 7), (1000, 32), (5000, 1000), (96, 64)])
def test_a_long_clips_runs_are_neighbours_spread_over_all_of_it(count, most):
    times = np.delete(np.arange(count + 3), [5, 17, 400 % count])
    chosen = spread_runs(times, most)
    length = min(RUN, most)
    assert len(chosen) == most // length * length
    assert (np.diff(chosen) > 0).all() and np.isin(chosen, times).all()
    runs = np.searchsorted(times, chosen).reshape(-1, length)
    assert (np.diff(runs) == 1).all()
    assert runs[0, 0] == 0
    if len(runs) > 1:
        assert runs[-1, -1] == len(times) - 1
        assert np.ptp(np.diff(runs[:, 0])) <= 1


def test_all_frames_are_taken_where_there_are_no_more_than_wanted():
    times = np.array([3, 4, 9])
    assert spread_runs(times, 3).tolist() == spread_runs(times, 100).tolist() == [3, 4, 9]
