import numpy as np
import pytest
from skimage.data import astronaut
from skimage.filters import gaussian

from pipeline.evaluation.warping import warp_error

SCENE = (gaussian(astronaut()[:160, 100:300], 1, channel_axis=2) * 255).astype(np.uint8)


def shifted(by):
    """The scene seen by a camera that moved ``by`` px to the left."""
    return SCENE[:, 20 - by : 180 - by]


def test_what_moves_as_the_real_clip_does_has_the_real_clips_error():
    values = warp_error(shifted(0), shifted(3), shifted(0), shifted(3))
    assert values["warp_error"] == values["warp_error_real"] < 1.0
    still = np.abs(shifted(3).astype(float) - shifted(0)).mean()
    assert values["warp_error"] < 0.2 * still  # most of the change is motion, and is taken out


def test_another_picture_that_moves_along_has_no_error():
    """The flow is the real clip's; colours of the generated one may be others, as long as they stay."""
    before, after = 255 - shifted(0), 255 - shifted(3)
    assert warp_error(shifted(0), shifted(3), before, after)["warp_error"] < 1.0


def test_a_still_picture_in_a_moving_clip_is_an_error():
    values = warp_error(shifted(0), shifted(3), shifted(0), shifted(0))
    assert values["warp_error"] > 5 * values["warp_error_real"]


@pytest.mark.parametrize("strength", [4, 12])
def test_noise_of_every_frame_by_itself_is_seen(strength):
    rng = np.random.default_rng(0)
    noisy = np.clip(shifted(3) + rng.normal(0, strength, shifted(3).shape), 0, 255).astype(np.uint8)
    values = warp_error(shifted(0), shifted(3), shifted(0), noisy)
    # the mean of |N(0, s)| is s * sqrt(2 / pi)
    assert values["warp_error"] == pytest.approx(strength * np.sqrt(2 / np.pi), rel=0.15)


def test_what_appears_from_nowhere_does_not_count():
    after = shifted(0).copy()
    after[40:80, 40:80] = 255 - after[40:80, 40:80]
    uncovered = warp_error(shifted(0), after, shifted(0), after)["warp_error"]
    assert uncovered < 0.5 * np.abs(after.astype(float) - shifted(0)).mean()
