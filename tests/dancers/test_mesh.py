import numpy as np
from scipy.spatial import ConvexHull

from dancers.mesh import normals, smooth, split_quads


def ball():
    """200 points of the unit sphere and triangles between them, counter-clockwise seen from outside."""
    points = np.random.RandomState(0).normal(size=(200, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    hull = ConvexHull(points)
    a, b, c = (points[hull.simplices[:, corner]] for corner in range(3))
    inward = np.einsum("ti,ti->t", np.cross(b - a, c - a), hull.equations[:, :3]) < 0
    return points, np.where(inward[:, None], hull.simplices[:, ::-1], hull.simplices)


def test_normals_of_a_ball_point_outwards():
    points, triangles = ball()
    found = normals(points, triangles)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1)
    assert (np.einsum("vi,vi->v", found, points) > 0.9).all()


def test_smoothing_draws_a_spike_in_and_leaves_the_rest():
    points, triangles = ball()
    spiky = points.copy()
    spiky[7] *= 3
    smoothed = smooth(spiky, triangles, np.arange(200) == 7)
    assert np.linalg.norm(smoothed[7]) < 1.1
    np.testing.assert_array_equal(np.delete(smoothed, 7, axis=0), np.delete(points, 7, axis=0))


def test_a_quad_becomes_two_triangles_of_the_same_orientation():
    assert split_quads(np.array([[4, 5, 6, 7]])).tolist() == [[4, 5, 6], [4, 6, 7]]
