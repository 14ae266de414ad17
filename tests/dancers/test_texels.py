import numpy as np
import pytest

from dancers.texels import MAX_DIVISIONS, Texels, texel

CORNERS = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], float)  # so that a point is (u, v, 0)


@pytest.mark.parametrize("n", [1, 2, 5, MAX_DIVISIONS])
def test_every_texel_contains_its_own_centre(n):
    texels = Texels(np.array([n], np.int32), np.array([0], np.int32))
    centres = texels.centres(CORNERS)
    assert len(centres) == n * n
    assert [texel(n, u, v) for u, v, _ in centres] == list(range(n * n))


def test_points_get_the_texel_whose_centre_is_nearest():
    n, random = 7, np.random.RandomState(0)
    equilateral = np.array([[[0, 0, 0], [1, 0, 0], [0.5, 0.75**0.5, 0]]])  # where nearest means inside
    centres = Texels(np.array([n]), np.array([0])).centres(equilateral)
    for a, b, c in random.dirichlet([1, 1, 1], 300):
        point = np.array([a, b, c]) @ equilateral[0]
        distance = np.linalg.norm(centres - point, axis=1)
        assert distance[texel(n, b, c)] < distance.min() + 1e-9


def test_rounding_at_the_edges_stays_inside():
    for n in (1, 3, MAX_DIVISIONS):
        for u, v in ((1, 0), (0, 1), (0, 0), (0.5, 0.5), (1 + 1e-9, -1e-9), (-1e-9, 1 + 1e-9)):
            assert 0 <= texel(n, u, v) < n * n


def test_larger_triangles_get_more_texels():
    corners = np.concatenate([CORNERS * 0.01, CORNERS * 0.02, CORNERS * 100])
    texels = Texels.of_size(corners, np.full(3, 0.004))
    assert texels.divisions.tolist() == [4, 8, MAX_DIVISIONS]  # their longest edges are 14 mm, 28 mm and 141 m
    assert texels.first.tolist() == [0, 16, 80]
    assert texels.spread(np.array([5, 6, 7])).tolist() == [5] * 16 + [6] * 64 + [7] * MAX_DIVISIONS**2
