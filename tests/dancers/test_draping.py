import numpy as np

from dancers.draping import ALONG, Thighs, lift
from dancers.skeleton import Skeleton


def test_cloth_is_lifted_onto_a_ball_that_has_come_through_it():
    beside = np.array([0.0, 0.3, 0.8, 0.99, 1.01, 3])
    cloth = np.stack([beside, 0 * beside, 0.1 + 0 * beside], axis=1)
    outward = np.tile([0.0, 0, 1], (len(cloth), 1))
    way = lift(cloth, outward, np.zeros((1, 3)), np.ones(1))
    np.testing.assert_allclose(way, np.maximum(np.sqrt(np.maximum(1 - beside**2, 0.01)) - 0.1, 0))


def test_balls_behind_the_cloth_or_altogether_before_it_do_not_lift_it():
    cloth, outward = np.array([[0.0, 0, 0]]), np.array([[0.0, 0, 1]])
    for height in (-2.0, -1.0, 1.1, 5.0):
        assert lift(cloth, outward, np.array([[0, 0, height]]), np.ones(1)) == 0
    assert lift(cloth, outward, np.array([[0, 0, -0.9], [0, 0, 0.5]]), np.ones(2)) == 1.5


def test_balls_fill_the_thighs_down_to_the_knees(template, body):
    rest, heads = body
    skeleton = Skeleton(template.bones, template.parents, heads)
    skin = rest[np.unique(template.faces["body"])]
    thighs = Thighs(skeleton, skin)
    still = np.broadcast_to(np.eye(3, 4), (len(heads), 3, 4))
    centres = thighs.centres(still)
    assert len(centres) == 2 * len(ALONG) == len(thighs.radii)
    assert 0.05 < thighs.radii.min() < thighs.radii.max() < 0.16
    hips, knees = (heads[[skeleton.bones.index(f"{bone}.{side}") for side in "LR"], 2].mean()
                   for bone in ("upperleg01", "lowerleg01"))
    thigh = skin[(skin[:, 2] < hips + 0.35 * (knees - hips)) & (skin[:, 2] > knees) & (np.abs(skin[:, 0]) < 0.3)]
    distance = np.linalg.norm(thigh[:, None] - centres, axis=2)
    assert (distance < thighs.radii).any(axis=1).all()
    moved = still + np.array([[0, 0, 0, 0.5]] * 3)
    np.testing.assert_allclose(thighs.centres(moved), centres + 0.5)
