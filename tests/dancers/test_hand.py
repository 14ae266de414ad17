import numpy as np
import pytest

from dancers.cast import Hand
from dancers.hand import unsteadiness

HAND = Hand(seed=1, shift=0.02, turn=0.6)


def path(hand, times):
    """(times, 6): shift, m, and turn, rad."""
    return np.array([np.concatenate(unsteadiness(hand, time)) for time in times])


def test_a_hand_is_as_unsteady_as_it_says():
    off = path(HAND, np.arange(0, 1000, 0.4))
    np.testing.assert_allclose(off[:, :3].std(axis=0), 0.02, rtol=0.1)
    np.testing.assert_allclose(np.degrees(off[:, 3:].std(axis=0)), 0.6, rtol=0.1)
    np.testing.assert_allclose(off.mean(axis=0) / off.std(axis=0), 0, atol=0.1)


def test_it_drifts_and_sways_and_does_not_jerk():
    rate, seconds = 30, 200
    power = np.abs(np.fft.rfft(path(HAND, np.arange(rate * seconds) / rate) * np.hanning(rate * seconds)[:, None],
                               axis=0)) ** 2
    hertz = np.fft.rfftfreq(rate * seconds, 1 / rate)

    def share(low, high):
        return power[(hertz >= low) & (hertz < high)].sum(axis=0) / power.sum(axis=0)

    assert (share(0.04, 0.17) > 0.3).all() and (share(0.28, 2.05) > 0.3).all()
    assert (share(0.9, 2.05) > 0.005).all() and (share(2.05, rate) < 1e-6).all()


def test_its_way_depends_on_the_seed_and_on_nothing_else():
    times = np.arange(0, 3, 0.1)
    np.testing.assert_array_equal(path(HAND, times), path(HAND, times[::-1])[::-1])
    others = path(HAND.model_copy(update={"seed": 2}), times)
    assert np.abs(np.corrcoef(path(HAND, times)[:, 0], others[:, 0])[0, 1]) < 0.9


def test_a_stopped_hand_stays_where_it_was():
    stopped = HAND.model_copy(update={"stopped": 4.5})
    for time in (0.0, 4.5, 9.0):
        np.testing.assert_array_equal(path(stopped, [time]), path(HAND, [4.5]))


@pytest.mark.parametrize("part", ["shift", "turn"])
def test_a_hand_may_only_shift_or_only_turn(part):
    shift, turn = unsteadiness(HAND.model_copy(update={part: 0.0}), 1.0)
    assert (shift == 0).all() == (part == "shift") and (turn == 0).all() == (part == "turn")
