from collections import Counter

import numpy as np
import pytest

from dancers.cast import Skirt
from dancers.mesh import normals, split_quads
from dancers.tailoring import COLUMNS, RINGS, hang_skirt

SKIRT = Skirt(colour="#102030", hem=-0.3, flare=0.2, pleats=12, swing=0)


@pytest.fixture
def skirt(template, body):
    """A function from a description to the skirt's rings: (rings, columns, 3), template places and m of the body."""

    def hang(description):
        longer, rest, _ = hang_skirt(template, body[0], description)
        return tuple(points[len(body[0]) :].reshape(RINGS, COLUMNS, 3) for points in (longer.vertices, rest))

    return hang


def test_a_skirt_is_added_and_moves_with_bones(template, body):
    longer, rest, quads = hang_skirt(template, body[0], SKIRT)
    np.testing.assert_array_equal(rest[: len(body[0])], body[0])
    assert len(longer.vertices) == len(longer.weights) == len(longer.weight_bones) == len(rest)
    assert np.array_equal(np.unique(quads), np.arange(len(body[0]), len(rest)))
    np.testing.assert_allclose(longer.weights.sum(axis=1), 1)
    side = np.sign(np.round(longer.vertices[quads[:, 0], 0], 2))
    strongest = np.array([bone[-1] for bone in template.bones])[longer.weight_bones[quads[:, 0], 0]]
    assert (strongest[side > 0] != "R").all() and (strongest[side < 0] != "L").all()


def test_it_is_open_at_the_waist_and_at_the_hem_only(template, body):
    longer, _, quads = hang_skirt(template, body[0], SKIRT)
    edges = Counter(frozenset(pair) for quad in quads.tolist()
                    for pair in zip(quad, quad[1:] + quad[:1], strict=True))
    rim = longer.vertices[[list(edge) for edge, count in edges.items() if count == 1], 2]
    assert set(edges.values()) == {1, 2}
    assert (np.isclose(rim, SKIRT.hem) | (rim > 0.14)).all()


def test_it_faces_outwards_and_hangs_from_waist_to_hem(skirt, template, body):
    places, worn = skirt(SKIRT)
    np.testing.assert_allclose(places[-1, :, 2], SKIRT.hem)
    assert (np.diff(places[..., 2], axis=0) < 0).all()
    _, rest, quads = hang_skirt(template, body[0], SKIRT)
    out = worn - worn.mean(axis=1, keepdims=True)
    outward = normals(rest, split_quads(quads))[len(body[0]) :].reshape(out.shape)
    assert ((outward * out)[..., :2].sum(axis=2) > 0).mean() > 0.98


def test_flare_widens_and_pleats_wave_the_hem(skirt):
    def hem(**change):
        ring = skirt(SKIRT.model_copy(update=change))[1][-1]
        return np.linalg.norm((ring - ring.mean(axis=0))[:, :2], axis=1)

    straight = hem(flare=0.0)
    np.testing.assert_allclose((hem(flare=0.5) / straight).mean(), 1.5, atol=0.05)
    difference = np.abs(np.fft.rfft(hem(pleats=12) - hem(pleats=5)))
    assert set(np.argsort(difference)[-2:]) == {12, 5}
