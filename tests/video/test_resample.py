from fractions import Fraction

import numpy as np
import pytest

from pipeline.video.resample import resample


def nearest(times, rate, duration):
    """For every moment of the grid, the index of the nearest picture; the later of two equally near."""
    grid = [times[0] + frame / rate for frame in range(round(duration * rate))]
    return [min(range(len(times)), key=lambda i: (abs(times[i] - moment), -i)) for moment in grid]


def chosen(times, rate, duration):
    frames = list(resample(((time, index) for index, time in enumerate(times)), rate, duration))
    assert all(times[index] == time for time, index in frames)
    return [index for _, index in frames]


@pytest.mark.parametrize("own", [Fraction(25), Fraction(997, 40), Fraction(30000, 1001)])
def test_at_its_own_rate_every_picture_comes_once(own):
    times = [Fraction(1, 3) + i / own for i in range(100)]
    assert chosen(times, own, 100 / own) == list(range(100))


@pytest.mark.parametrize("own, rate", [(30, 24), (24, 30), (60, 30), (120, 30), (24, 60), (25, 24), (997, 3)])
def test_other_rates_take_the_nearest_pictures(own, rate):
    times = [Fraction(i, own) for i in range(150)]
    duration = Fraction(150, own)
    assert chosen(times, Fraction(rate), duration) == nearest(times, Fraction(rate), duration)


def test_irregular_times_take_the_nearest_pictures():
    random = np.random.default_rng(0)
    for _ in range(20):
        steps = random.integers(1, 40, size=80)
        times = [Fraction(int(tick), 600) for tick in np.cumsum(steps)]
        rate, duration = Fraction(int(random.integers(5, 70))), times[-1] - times[0] + Fraction(1, 30)
        assert chosen(times, rate, duration) == nearest(times, rate, duration)


def test_half_the_rate_is_every_second_picture():
    times = [Fraction(i, 60) for i in range(20)]
    assert chosen(times, Fraction(30), Fraction(20, 60)) == list(range(0, 20, 2))


def test_a_gap_is_bridged_by_repeating_its_nearer_side():
    times = [Fraction(i, 10) for i in (0, 1, 2, 7, 8)]
    assert chosen(times, Fraction(10), Fraction(9, 10)) == [0, 1, 2, 2, 2, 3, 3, 3, 4]


def test_it_runs_along_with_its_input():
    seen = []

    def pictures():
        for i in range(1000):
            seen.append(i)
            yield Fraction(i, 10), i

    frames = resample(pictures(), Fraction(10), Fraction(100))
    for _ in range(5):
        next(frames)
    assert len(seen) <= 7
