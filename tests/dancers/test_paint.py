import numpy as np
import pytest

from dancers import cast
from dancers.colour import linear, mix
from dancers.paint.cloth import paint_clothes
from dancers.paint.eye import paint_eye
from dancers.paint.hair import above_hairline
from dancers.paint.skin import paint_skin
from dancers.paint.surface import paint_surface

PERSONS = cast.persons()


def near(colour, expected, tolerance):
    """Whether the mean of colours (N, 3) is ``expected`` within a share of its brightness."""
    return np.abs(colour.mean(axis=0) - expected).max() < tolerance * expected.max()


def around(point, radius=0.004, count=200):
    return (np.array(point) + np.random.RandomState(0).uniform(-radius, radius, (count, 3))).astype(np.float32)


def test_colours_are_mixed_in_linear_light():
    assert linear("#ffffff").tolist() == [1, 1, 1] and linear("#000000").tolist() == [0, 0, 0]
    half = mix(np.zeros((1, 3), np.float32), linear("#ffffff"), np.array([0.5]))
    np.testing.assert_allclose(half, 0.5)


@pytest.mark.parametrize("person", PERSONS.values(), ids=PERSONS)
def test_skin_lips_brows_and_hair_have_their_colours(person):
    forehead = paint_skin(around((0.0, -0.14, 0.78)), person)[0]
    assert near(forehead, linear(person.skin), 0.25)
    lips = paint_skin(around((0.0, -0.15, 0.655), 0.001), person)[0]
    assert near(lips, linear(person.face.lips), 0.35)
    crown = paint_skin(around((0.0, 0.0, 0.84)), person)[0]
    assert near(crown, linear(person.hair.colour), 0.35)


def test_hair_grows_on_the_crown_and_not_on_face_or_ears():
    crown, forehead, ear = np.array([[0, 0, 0.84], [0, -0.14, 0.78], [0.08, -0.05, 0.70]])[:, None]
    assert above_hairline(crown)[0] > 0 > above_hairline(forehead)[0]
    assert above_hairline(ear)[0] < 0


def test_a_pattern_shows_both_colours_and_a_plain_shirt_one():
    chest = np.random.RandomState(0).uniform([-0.1, -0.15, 0.2], [0.1, -0.05, 0.45], (2000, 3)).astype(np.float32)
    for name, person in PERSONS.items():
        painted = paint_clothes(chest, person, sole=-0.82)[0]
        first, second = linear(person.top.colour), linear(person.top.second)
        nearer_second = np.linalg.norm(painted - second, axis=1) < np.linalg.norm(painted - first, axis=1)
        if person.top.pattern == "plain":
            assert near(painted, first, 0.2), name
        else:
            assert 0.03 < nearer_second.mean() < 0.97, name


def test_trousers_and_shoes_lie_below():
    person = PERSONS["mara"]
    assert near(paint_clothes(around((0.12, -0.1, -0.3)), person, -0.82)[0], linear(person.bottom.colour), 0.5)
    assert near(paint_clothes(around((0.15, -0.05, -0.75)), person, -0.82)[0], linear(person.shoes.colour), 0.3)


def test_the_pupil_is_black_the_iris_coloured_and_the_rest_white():
    centre, radius = np.array([0.03, -0.12, 0.73]), 0.013
    angles = np.array([0.0, 0.33, 0.7])
    points = centre + radius * np.stack([np.sin(angles), -np.cos(angles), 0 * angles], axis=1)
    pupil, iris, white = paint_eye(points.astype(np.float32), centre, radius, "#46693c")[0]
    assert pupil.max() < 0.05 and white.min() > 0.4
    assert iris.argmax() == 1 and pupil.max() < iris.max() < white.max()


@pytest.mark.parametrize("kind", cast.Surface.model_fields["kind"].annotation.__args__)
def test_every_wall_and_floor_has_its_colour_and_is_not_flat(kind):
    surface = cast.Surface(kind=kind, colour="#808890", joints="#404448")
    u, v = np.random.RandomState(0).uniform(-2, 2, (2, 5000))
    colour = paint_surface(u, v, surface)
    assert colour.shape == (5000, 3) and colour.min() >= 0
    assert near(colour, linear(surface.colour), 0.5)
    assert colour.std() > 0.01
    np.testing.assert_array_equal(colour, paint_surface(u, v, surface))
