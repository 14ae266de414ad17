import numpy as np

from dancers.raster import barycentric, rasterize

ONE = np.array([True])


def draw(xy, nearness=None, triangles=((0, 1, 2),), two_sided=None, size=32):
    xy = np.array(xy, float)
    triangles = np.array(triangles, np.int32)
    nearness = np.ones(len(xy)) if nearness is None else np.array(nearness, float)
    two_sided = np.ones(len(triangles), bool) if two_sided is None else np.array(two_sided)
    return rasterize(xy, nearness, triangles, two_sided, size, size)


def test_a_triangle_covers_its_area():
    seen = draw([(1, 1), (1, 31), (31, 1)])
    assert abs((seen == 0).sum() - 450) < 30  # half of 30 x 30, and an edge of 30 pixels
    assert seen[2, 2] == 0 and seen[30, 30] == -1


def test_neighbours_leave_no_gap_and_do_not_depend_on_order():
    random = np.random.RandomState(0)
    corners = [(0, 0), (32, 0), (32, 32), (0, 32)]
    for _ in range(20):
        middle = random.uniform(4, 28, 2)
        fan = [(4, k, (k + 1) % 4) for k in range(4)]
        assert (draw([*corners, middle], triangles=fan) >= 0).all()


def test_the_nearer_one_is_seen():
    xy = [(0, 0), (0, 32), (32, 0)] * 2
    for nearness, winner in (([1, 1, 1, 2, 2, 2], 1), ([2, 2, 2, 1, 1, 1], 0)):
        seen = draw(xy, nearness, [(0, 1, 2), (3, 4, 5)])
        assert set(np.unique(seen)) == {-1, winner}


def test_surfaces_that_cross_meet_where_their_depths_are_equal():
    xy = [(0, 0), (0, 32), (32, 32), (32, 0)]
    quad = [(0, 1, 2), (0, 2, 3)]
    seen = draw(xy * 2, [1, 1, 2, 2, 2, 2, 1, 1], [*quad, *np.add(quad, 4).tolist()])
    assert (seen[:, :16] >= 2).all() and (seen[:, 16:] < 2).all()


def test_one_sided_triangles_are_seen_from_outside_only():
    counter_clockwise = [(4, 4), (4, 28), (28, 4)]  # as one sees it: y points down
    assert (draw(counter_clockwise, two_sided=[False]) == 0).any()
    assert (draw(counter_clockwise[::-1], two_sided=[False]) == -1).all()
    assert (draw(counter_clockwise[::-1], two_sided=[True]) == 0).any()


def test_what_lies_outside_the_picture_is_cut_off():
    assert (draw([(-100, -100), (-100, 200), (200, -100)]) == 0).all()
    assert (draw([(40, 40), (40, 60), (60, 40)]) == -1).all()


def test_barycentric_weights_undo_a_perspective_projection():
    random = np.random.RandomState(1)
    for _ in range(20):
        points = random.uniform(-1, 1, (3, 3)) + [0, 0, 4]
        weights = random.dirichlet([1, 1, 1])
        place = weights @ points
        xy, nearness = points[:, :2] / points[:, 2:], 1 / points[:, 2]
        found = barycentric(xy, nearness, np.arange(3), *(place[:2] / place[2]))
        np.testing.assert_allclose(found, weights, atol=1e-9)
