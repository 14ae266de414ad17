"""Which poses are alike, and the path through the references, against all paths there are."""

from itertools import product

import numpy as np
import pytest
from people import LEFT_ARM, person

from pipeline.clips import layout as j
from pipeline.clips.layout import RIGHT_HAND
from pipeline.reference.likeness import (
    BODY,
    FACE_AND_HEAD,
    FARTHEST,
    HANDS,
    before_body,
    centred,
    differences,
    smooth_path,
)


def poses(*people, statures=None, part=BODY):
    return centred(np.stack(people), np.array(statures or [100.0] * len(people)), part)


def apart(one, other, part=BODY):
    return differences(poses(one, part=part), poses(other, part=part), part)[0, 0]


def test_where_a_person_stands_and_how_tall_does_not_matter():
    a = poses(person(), person(250, 300, 400, raised=0), statures=[100, 250])
    np.testing.assert_allclose(a[0], a[1], atol=1e-5)
    assert differences(a, a, BODY).max() < 1e-9


def test_poses_differ_by_how_far_their_joints_are_apart():
    moved = person()
    moved[j.LEFT_WRIST, 0] += 10
    assert apart(person(), moved) == pytest.approx(0.1**2 / 23)  # 23 of the 25 are found
    moved[j.LEFT_WRIST, 0] += 1000
    assert apart(person(), moved) == pytest.approx(FARTHEST**2 / 23)
    raised = [apart(person(), person(raised=angle)) for angle in (10, 40, 90)]
    assert raised[0] < raised[1] < raised[2]


def test_a_joint_that_one_pose_lacks_counts_and_one_that_both_lack_does_not():
    without = person()
    without[LEFT_ARM[0], 2] = 0
    assert apart(person(), without) == pytest.approx(BODY.missing**2 / 23)
    assert apart(without, without) == 0
    assert len(BODY.joints) == 25


def test_nobody_is_like_nobody():
    nobody = np.zeros((137, 3), np.float32)
    for part in (BODY, FACE_AND_HEAD):
        assert np.isinf(apart(nobody, nobody, part))
        assert np.isfinite(apart(nobody, person(), part))


def test_heads_are_alike_that_look_the_same_way_whatever_the_arms_do():
    turned = person()
    turned[j.NOSE, 0] += 3  # of 100 px height
    assert apart(person(), person(raised=90), FACE_AND_HEAD) == 0
    middle, unit = 3 / 5, 0.14 * 100  # the nose is one of five joints, and moves their middle along
    expected = ((3 - middle) ** 2 + 4 * middle**2) / 5 / unit**2
    assert apart(person(), turned, FACE_AND_HEAD) == pytest.approx(expected, rel=1e-3)
    with_face = person()
    with_face[j.FACE, :2], with_face[j.FACE, 2] = with_face[j.NOSE, :2], 1
    assert apart(person(), with_face, FACE_AND_HEAD) > 5 * apart(person(), turned, FACE_AND_HEAD)


def test_hands_are_alike_whichever_way_they_point_but_not_of_another_gesture():
    right = HANDS[0]
    flat = np.zeros((137, 3), np.float32)
    flat[RIGHT_HAND, :2] = np.random.default_rng(0).uniform(0, 10, (21, 2)) + 50
    flat[RIGHT_HAND, 2] = 1
    turned, fist = flat.copy(), flat.copy()
    turned[RIGHT_HAND, :2] = flat[RIGHT_HAND, :2] @ [[0.6, -0.8], [0.8, 0.6]] + (30, -7)
    fist[RIGHT_HAND, :2] = (flat[RIGHT_HAND, :2] + flat[RIGHT_HAND.start, :2]) / 2
    assert apart(flat, turned, right) < 1e-8
    assert apart(flat, fist, right) > 0.01
    mirrored = flat * np.array([-1, 1, 1], np.float32)
    assert apart(flat, mirrored, right) > 0.01
    nowhere = flat.copy()
    nowhere[RIGHT_HAND.start, 2] = 0  # without the wrist there is no telling which way it points
    assert not np.isfinite(poses(nowhere, part=right)).any()


def test_a_hand_is_before_the_body_where_trunk_hips_or_head_are_around_it():
    people = [person() for _ in range(5)]
    hand = RIGHT_HAND.start + 9
    for joints, place in zip(people[1:], (j.NECK, j.MID_HIP, j.NOSE, j.RIGHT_KNEE), strict=True):
        joints[hand, :2] = joints[place, :2] + (3, 2)
    before = before_body(np.stack(people), np.full(5, 100.0), HANDS[0])
    assert before.tolist() == [False, True, True, True, False]
    people[1][hand, 2] = 0
    assert not before_body(people[1][None], np.full(1, 100.0), HANDS[0]).any()
    assert not before_body(np.stack(people), np.full(5, 100.0), BODY).any()


@pytest.mark.parametrize("seed", range(4))
def test_the_path_is_the_cheapest_of_all(seed):
    rng = np.random.default_rng(seed)
    costs, follows, switch = rng.random((5, 4)), np.array([False, True, False, True]), 0.3

    def total(path):
        steps = zip(path, path[1:], strict=False)
        changes = sum(b != a and not (abs(b - a) == 1 and follows[max(a, b)]) for a, b in steps)
        return costs[np.arange(5), path].sum() + switch * changes

    cheapest = min(product(range(4), repeat=5), key=lambda path: total(list(path)))
    assert smooth_path(costs, follows, switch).tolist() == list(cheapest)
