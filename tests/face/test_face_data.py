"""Which faces of a long clip training looks at, and where they are."""

import numpy as np
import pytest
from walking_face import FACE_SIZE, SIZE, frames  # noqa: F401

from pipeline.face.data import RUN, boxes_over_time, spread_runs
from pipeline.pose.boxes import face_boxes


@pytest.mark.parametrize("block", [1, 9, 1024])
def test_boxes_found_block_by_block_are_those_of_the_whole_clip(frames, block, monkeypatch):  # noqa: F811
    monkeypatch.setattr("pipeline.face.data.BLOCK", block)
    expected = face_boxes(frames.poses(slice(None)), FACE_SIZE, SIZE, SIZE)
    np.testing.assert_array_equal(boxes_over_time(frames, FACE_SIZE), expected)
    assert (expected[11:14] == -1).all() and (expected[14] >= 0).all()


@pytest.mark.parametrize(("count", "most"), [(1000, 200), (1000, 999), (1000, 7), (1000, 32), (5000, 1000), (96, 64)])
def test_a_long_clips_runs_are_neighbours_spread_over_all_of_it(count, most):
    times = np.delete(np.arange(count + 3), [5, 17, 400 % count])  # the face is not seen everywhere
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
