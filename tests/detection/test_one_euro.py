"""The One Euro filter against the authors' algorithm, written out for one number."""

from math import pi

import numpy as np

from pipeline.detection.one_euro import OneEuroFilter

RATE, CUTOFF, BETA, UNIT = 30.0, 0.05, 80.0, 200.0


def by_hand(values):
    def share(cutoff):
        return 1 / (1 + (1 / (2 * pi * cutoff)) / (1 / RATE))

    filtered, speed, smooth, last = [], 0.0, 0.0, None
    for value in values:
        if last is None:
            smooth = value
        else:
            speed = share(1.0) * ((value - last) / UNIT * RATE) + (1 - share(1.0)) * speed
            cut = share(CUTOFF + BETA * abs(speed))
            smooth = cut * value + (1 - cut) * smooth
        last = value
        filtered.append(smooth)
    return filtered


def test_every_coordinate_is_filtered_for_itself_as_the_authors_do():
    path = np.random.default_rng(0).normal(0, 2, (40, 3, 2)).cumsum(axis=0)
    one_euro = OneEuroFilter(RATE, CUTOFF, BETA)
    found = np.stack([one_euro.filter(points, UNIT) for points in path])
    for point in range(3):
        for axis in range(2):
            np.testing.assert_allclose(found[:, point, axis], by_hand(path[:, point, axis]))


def test_still_points_are_smoothed_and_fast_ones_followed():
    shaking = 100 + np.random.default_rng(0).normal(0, 0.2, (100, 1, 2))
    one_euro = OneEuroFilter(RATE, CUTOFF, BETA)
    assert np.stack([one_euro.filter(points, UNIT) for points in shaking])[50:].std() < shaking.std() / 2
    one_euro.reset()
    running = np.arange(30.0)[:, None, None] * np.array([20.0, 0.0])
    found = np.stack([one_euro.filter(points, UNIT) for points in running])
    assert np.abs(found - running)[5:].max() < 2 and (found[0] == running[0]).all()
