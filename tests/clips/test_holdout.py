"""The split of the target clip."""

import numpy as np
import pytest

from pipeline.clips.holdout import split_clip
from pipeline.params import Split
from pipeline.user.cli import UserError


@pytest.mark.parametrize("frames", [20, 101, 144_000])
@pytest.mark.parametrize("holdout", [0.15, 0.5])
def test_gap_lies_between_training_and_held_out_frames(frames, holdout):
    end, first = split_clip(np.ones(frames, bool), Split(holdout=holdout, gap=3))
    assert first - end == 3
    assert (frames - first) / frames == pytest.approx(holdout, abs=0.51 / frames)


def test_frames_without_anybody_count_for_neither_side():
    """Somebody comes after 100 frames and leaves 60 before the end."""
    seen = np.zeros(360, bool)
    seen[100:300] = True
    end, first = split_clip(seen, Split(holdout=0.15, gap=3))
    assert (end, first) == (267, 270)
    seen[280:290] = False  # away for a moment
    assert split_clip(seen, Split(holdout=0.15, gap=3))[1] == 300 - 10 - round(0.15 * 190)


@pytest.mark.parametrize(("frames", "gap"), [(5, 10), (2, 1), (12, 10), (0, 1)])
def test_a_clip_too_short_is_one_clear_sentence(frames, gap):
    said = f"has {frames} frames with a person, too few .* split.holdout 0.15 and split.gap {gap} "
    with pytest.raises(UserError, match=said):
        split_clip(np.arange(40) < frames, Split(holdout=0.15, gap=gap))
