import numpy as np
import pytest

from dancers import cast
from dancers.template import SHOE_TOP, along_arm, on_arm
from dancers.wardrobe import clothed, in_bottom, in_top


@pytest.fixture
def place(template):
    """The head of a bone on the template, (1, 3)."""
    return lambda bone: template.vertices[template.head_vertices[template.bones.index(bone)]].mean(axis=0)[None]


def test_arms_are_measured_from_shoulder_to_wrist(place):
    for bone, along in (("upperarm01.L", 0), ("lowerarm01.L", 1), ("wrist.L", 2), ("lowerarm01.R", 1), ("wrist.R", 2)):
        assert along_arm(place(bone))[0] == pytest.approx(along, abs=0.02)
    assert on_arm(place("lowerarm01.L"))[0] and on_arm(place("wrist.R"))[0]
    assert not on_arm(place("spine03"))[0] and not on_arm(place("upperleg01.L"))[0]


@pytest.mark.parametrize("name", list(cast.persons()))
def test_garments_cover_what_they_should(place, name):
    person = cast.persons()[name]
    assert in_top(place("spine03"), person)[0] > 0
    assert in_bottom(place("upperleg02.L"), person)[0] > 0
    assert clothed(place("head"), person)[0] < 0
    assert (clothed(place("lowerleg01.L"), person)[0] > 0) == (person.bottom.end < -0.38)
    assert (in_top(place("lowerarm01.L"), person)[0] > 0) == (person.top.sleeve > 1)


@pytest.mark.parametrize("name", list(cast.persons()))
def test_no_skin_shows_between_top_and_bottom(template, name):
    """All the way down the trunk and the thighs of the template something is worn."""
    person = cast.persons()[name]
    trunk = template.vertices[np.unique(template.faces["helper-tights"])]
    trunk = trunk[~on_arm(trunk) & (trunk[:, 2] > max(person.bottom.end, SHOE_TOP) + 0.01) & (trunk[:, 2] < 0.45)]
    assert len(trunk) > 300 and clothed(trunk, person).min() > 0


def test_longer_sleeves_cover_more(template):
    person = cast.persons()["kofi"]
    points = template.vertices[np.unique(template.faces["body"])]
    covered = []
    for sleeve in (0.0, 0.5, 1.0, 2.0):
        top = person.top.model_copy(update={"sleeve": sleeve})
        covered.append((in_top(points, person.model_copy(update={"top": top})) > 0).sum())
    assert covered == sorted(covered) and covered[0] < covered[-1]
