"""Augmented views: small, repeatable, and a mirror is one."""

import numpy as np

from pipeline.body.augmentation import SHIFT, TURN, ZOOM, Augmentation


def views(mirror, items=range(200)):
    return [Augmentation(3, mirror).draw(item, 100, 200) for item in items]


def test_views_follow_from_seed_and_item():
    for (a, _), (b, _) in zip(views(True, [5, 6]), views(True, [5, 6]), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(views(True, [5])[0][0], views(True, [6])[0][0])
    assert not np.array_equal(Augmentation(4, True).draw(5, 100, 200)[0], views(True, [5])[0][0])


def test_views_are_similarities_within_their_limits():
    for view, mirrored in views(mirror=True):
        linear = view[:2, :2]
        scale = np.sqrt(abs(np.linalg.det(linear)))
        np.testing.assert_allclose(linear @ linear.T, scale**2 * np.eye(2), atol=1e-9)
        assert 1 / ZOOM <= scale <= ZOOM
        assert (np.linalg.det(linear) < 0) == mirrored
        turned = linear @ np.diag([-1 if mirrored else 1, 1]) / scale
        assert abs(np.degrees(np.arctan2(turned[1, 0], turned[0, 0]))) <= TURN + 1e-9
        middle = view @ (50, 100, 1)
        assert (np.abs(middle[:2] - (50, 100)) <= SHIFT * np.array([100, 200])).all()


def test_half_are_mirrored_if_wanted_and_none_if_not():
    assert 70 < sum(mirrored for _, mirrored in views(mirror=True)) < 130
    assert not any(mirrored for _, mirrored in views(mirror=False))
