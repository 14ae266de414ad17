import numpy as np
import pytest

from dancers.shadow import cast_shadow, lamp_axes, lit

TABLE = np.array([(-0.5, -0.5, 1), (0.5, -0.5, 1), (0.5, 0.5, 1), (-0.5, 0.5, 1)], float)
TRIANGLES = np.array([(0, 1, 2), (0, 2, 3)], np.int32)


@pytest.fixture(scope="module")
def shadow():
    """A table top at height 1 with the lamp at 45 degrees in front of it."""
    return cast_shadow(TABLE, TRIANGLES, lamp_axes(np.array([0.0, -1, 1])))


def test_the_lamps_axes_are_orthonormal_and_point_at_it():
    axes = lamp_axes(np.array([0.3, -2, 1.5]))
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes[2], np.array([0.3, -2, 1.5]) / np.linalg.norm([0.3, -2, 1.5]))


def test_the_shadow_falls_away_from_the_lamp(shadow):
    # On the floor the table's shadow is moved back by its height: y from 0.5 to 1.5.
    assert lit(shadow, (0.0, 1.0, 0.0), 0.01, 1.0) == 0
    assert lit(shadow, (0.0, 0.4, 0.0), 0.01, 1.0) == 1
    assert lit(shadow, (0.0, 1.6, 0.0), 0.01, 1.0) == 1
    assert lit(shadow, (0.7, 1.0, 0.0), 0.01, 1.0) == 1


def test_nothing_shadows_itself_or_what_is_nearer_to_the_lamp(shadow):
    assert lit(shadow, (0.1, 0.1, 1.0), 0.02, 1.0) == 1
    assert lit(shadow, (0.0, -0.5, 1.5), 0.0, 1.0) == 1


def test_edges_are_soft(shadow):
    edge = [lit(shadow, (0.0, y, 0.0), 0.01, 2.0) for y in np.linspace(0.47, 0.53, 30)]
    assert edge[0] == 1 and edge[-1] == 0
    assert any(0.2 < value < 0.8 for value in edge)


def test_far_away_there_is_light(shadow):
    assert lit(shadow, (50.0, 50.0, 0.0), 0.0, 1.0) == 1
