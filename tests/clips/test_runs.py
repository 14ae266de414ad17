"""Every frame in exactly one run, whatever the shots are; no run looks across a cut."""

import numpy as np
import pytest

from pipeline.clips.runs import LEAD, RUN, Run, cut_runs


def test_a_short_clip_is_one_run():
    assert cut_runs(np.zeros(RUN, np.int32)) == [Run(0, 0, RUN)]
    assert cut_runs(np.zeros(1, np.int32)) == [Run(0, 0, 1)]


def test_a_long_shot_is_cut_into_equal_runs_each_with_a_lead():
    frames = 2 * RUN + 3
    third = frames // 3
    runs = cut_runs(np.zeros(frames, np.int32))
    assert [run.begin for run in runs] == [0, third, 2 * frames // 3]
    assert [run.lead for run in runs] == [0, runs[1].begin - LEAD, runs[2].begin - LEAD]


def test_a_run_begins_at_every_cut_and_sees_nothing_before_it():
    assert cut_runs(np.array([0, 0, 0, 1, 2, 2])) == [Run(0, 0, 3), Run(3, 3, 4), Run(4, 4, 6)]


@pytest.mark.parametrize("seed", range(5))
def test_every_frame_once_in_order(seed):
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 3 * RUN, 6)
    shots = np.repeat(np.arange(6), lengths)
    runs = cut_runs(shots)
    assert [index for run in runs for index in range(run.begin, run.end)] == list(range(len(shots)))
    for run in runs:
        assert run.lead <= run.begin < run.end <= run.begin + RUN
        assert len(set(shots[run.lead : run.end])) == 1
        first_of_shot = np.flatnonzero(shots == shots[run.begin])[0]
        assert run.lead == max(first_of_shot, run.begin - LEAD)
