"""Invented people: the same from the same seed, unlike each other and the built-in cast, whole and in the picture."""

import numpy as np
import pytest

from dancers.cast import persons, rooms
from dancers.invention import invent
from dancers.motion import load_motions
from dancers.scene import Scene
from pipeline.clips.layout import BODY

SEEDS = range(60)
TIMES = np.linspace(0, 30, 50)


def arms_of(motion):
    """How both arms are held over time."""
    arms = [[motion.pose(t).arms[side] for side in "LR"] for t in TIMES]
    return np.array([[(arm.up, arm.elbow) for arm in both] for both in arms])


def test_a_seed_tells_all():
    one, same, other = invent(5), invent(5), invent(6)
    assert (one.person, one.room, one.camera) == (same.person, same.room, same.camera)
    np.testing.assert_array_equal(arms_of(one.motion), arms_of(same.motion))
    assert one.person != other.person and one.room != other.room
    assert np.abs(arms_of(one.motion) - arms_of(other.motion)).max() > 0.1


def test_nobody_of_the_cast_and_none_of_their_clothes_rooms_and_dances_is_invented():
    inventions = [invent(seed) for seed in SEEDS]
    for known in persons().values():
        for each in inventions:
            assert each.person.top != known.top and each.person.hair != known.hair
            assert (each.person.top.colour, each.person.bottom.colour) != (known.top.colour, known.bottom.colour)
    for room in rooms().values():
        assert all(each.room.wall != room.wall and each.room.floor != room.floor for each in inventions)
    for motion in load_motions().values():
        assert all(np.abs(arms_of(motion) - arms_of(each.motion)).max() > 0.1 for each in inventions[:10])


def test_there_are_all_kinds_of_people():
    people = [invent(seed).person for seed in SEEDS]
    assert {person.top.pattern for person in people} == {"plain", "stripes", "dots", "checks", "print"}
    for kind in (lambda p: p.skirt is not None, lambda p: p.hair.length is not None, lambda p: p.face.beard > 0.3,
                 lambda p: p.top.sleeve < 0.1, lambda p: p.bottom.end < -0.6, lambda p: p.shape["gender"] == 1):
        assert 0.05 < np.mean([kind(person) for person in people]) < 0.95
    backs = [np.ptp([invent(seed).motion.pose(t).hips[0] for t in TIMES]) > np.pi for seed in SEEDS[:20]]
    assert 0.1 < np.mean(backs) < 0.9


@pytest.mark.parametrize("seed", [0, 1])
def test_an_invented_person_is_whole_in_the_picture(wheel, seed):
    it = invent(seed)
    scene = Scene(wheel, it.person, it.motion, it.room, it.camera, 96, 96)
    shown = [scene.frame(time) for time in (1.0, 12.0)]
    assert all(0.02 < frame.mask.mean() < 0.4 for frame in shown)
    assert np.mean([frame.joints[BODY, 2].mean() for frame in shown]) > 0.9
    assert np.abs(shown[0].picture.astype(int) - shown[1].picture).mean() > 0.5
