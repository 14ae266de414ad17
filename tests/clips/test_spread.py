import numpy as np
import pytest

from pipeline.clips.spread import spread


@pytest.mark.parametrize(("end", "most"), [(1, 5), (5, 5), (101, 101), (144_000, 101), (144_000, 10_000)])
def test_spread_frames_differ_and_reach_from_end_to_end(end, most):
    frames = spread(end, most)
    assert len(frames) == len(set(frames.tolist())) == min(end, most)
    assert frames[0] == 0 and frames[-1] == end - 1
    assert np.ptp(np.diff(frames)) <= 1 if len(frames) > 1 else True
