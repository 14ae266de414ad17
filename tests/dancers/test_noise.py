import numpy as np

from dancers.noise import LATTICE, SIZE, noise, smoothstep


def test_noise_is_the_lattice_at_its_points_and_smooth_between():
    whole = np.random.RandomState(0).randint(-100, 100, (50, 3))
    np.testing.assert_array_equal(noise(whole), LATTICE[tuple(whole.T % SIZE)])
    points = np.random.RandomState(1).uniform(-50, 50, (2000, 3))
    values = noise(points)
    assert 0 <= values.min() < 0.2 and 0.8 < values.max() <= 1
    assert np.abs(noise(points + 0.01) - values).max() < 0.06  # the steepest slope is 1.5 an axis


def test_noise_repeats_after_the_lattice():
    points = np.random.RandomState(2).uniform(0, SIZE, (50, 3)).astype(np.float32)
    np.testing.assert_allclose(noise(points), noise(points + SIZE), atol=1e-4)


def test_smoothstep_rises_or_falls():
    x = np.array([-1, 0, 0.5, 1, 2.0])
    assert smoothstep(0, 1, x).tolist() == [0, 0, 0.5, 1, 1]
    assert smoothstep(1, 0, x).tolist() == [1, 1, 0.5, 0, 0]
