import numpy as np
import pytest

from pipeline.rendering.mark import with_words


@pytest.mark.parametrize(("height", "width"), [(512, 512), (1920, 1080), (360, 200), (64, 40)])
@pytest.mark.parametrize("words", ["synthetic", "x" * 40])
def test_words_stand_whole_in_the_lower_right_corner(height, width, words):
    picture = np.full((height, width, 3), 128, np.uint8)
    before = picture.copy()
    marked = with_words(picture, words)
    np.testing.assert_array_equal(picture, before)
    rows, columns = np.nonzero((marked != picture).any(axis=2))
    assert rows.min() > 0.8 * height and rows.max() < height - 1
    assert 0 < columns.min() and 0.85 * width < columns.max()
    if words == "synthetic" and width >= 200:
        assert marked.max() > 200 and marked.min() < 60  # to be read on light and on dark


def test_longer_words_take_more_room():
    picture = np.full((512, 512, 3), 128, np.uint8)
    share = [(with_words(picture, words) != picture).mean() for words in ("a", "aaaa", "aaaaaaaaaa")]
    assert share == sorted(share) and share[0] > 0
