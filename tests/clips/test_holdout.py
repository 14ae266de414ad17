"""The split of the target clip."""

import pytest

from pipeline.clips.holdout import split_clip
from pipeline.params import Split
from pipeline.user.cli import UserError


@pytest.mark.parametrize("frames", [20, 101, 144_000])
@pytest.mark.parametrize("holdout", [0.15, 0.5])
def test_gap_lies_between_training_and_held_out_frames(frames, holdout):
    end, first = split_clip(frames, Split(holdout=holdout, gap=3))
    assert first - end == 3
    assert (frames - first) / frames == pytest.approx(holdout, abs=0.51 / frames)


@pytest.mark.parametrize(("frames", "gap"), [(5, 10), (2, 1), (12, 10)])
def test_a_clip_too_short_is_one_clear_sentence(frames, gap):
    with pytest.raises(UserError, match=f"has {frames} frames, too few .* split.holdout 0.15 and split.gap {gap} "):
        split_clip(frames, Split(holdout=0.15, gap=gap))
