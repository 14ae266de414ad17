import numpy as np
import pytest

from dancers import cast
from dancers.figure import CLOTHES, HAIR, SKIN, TWO_SIDED, build_figure
from dancers.raster import rasterize


@pytest.fixture(scope="module")
def figures(wheel):
    """All built-in dancers by name."""
    return {name: build_figure(wheel, person) for name, person in cast.persons().items()}


@pytest.fixture(params=list(cast.persons()))
def figure(request, figures):
    """Every built-in dancer, one after the other."""
    return figures[request.param]


def test_a_person_has_a_persons_size_and_stands_on_flat_soles(figure):
    height = figure.rest[:, 2].max() - figure.sole
    assert 1.45 < height < 2.05
    assert (np.abs(figure.rest[:, 2] - figure.sole) < 1e-9).sum() > 20
    assert figure.rest[:, 2].min() >= figure.sole - 1e-9


def test_every_vertex_is_used_and_moves_with_bones(figure):
    assert np.array_equal(np.unique(figure.triangles), np.arange(len(figure.rest)))
    np.testing.assert_allclose(figure.weights.sum(axis=1), 1)


def test_everything_is_painted(figure):
    assert len(figure.colour) == len(figure.gloss) == len(figure.tilt) == (figure.texels.divisions**2).sum()
    assert np.isfinite(figure.colour).all() and np.isfinite(figure.tilt).all()
    assert figure.colour.min() >= 0 and figure.colour.max() < 1.8


def test_clothes_lie_outside_the_body(figure):
    """From the front no ray meets skin before cloth between hips and collar bones."""
    xy = np.stack([figure.rest[:, 0] * 200 + 150, 420 - (figure.rest[:, 2] - figure.sole) * 200], axis=1)
    two_sided = np.isin(figure.kinds, TWO_SIDED)
    seen = rasterize(xy, -figure.rest[:, 1], figure.triangles, two_sided, 300, 420)
    hips, neck = (figure.skeleton.heads[figure.skeleton.bones.index(bone), 2] for bone in ("spine05", "spine01"))
    rows = [round(420 - (height - figure.sole) * 200) for height in (neck, hips)]
    chest = figure.kinds[seen[rows[0] : rows[1], 135:165]]
    assert chest.size > 1000 and not (chest == SKIN).any()


def test_garments_follow_the_description(figures):
    for name, person in cast.persons().items():
        kinds = set(figures[name].kinds.tolist())
        assert {SKIN, CLOTHES} <= kinds
        assert (HAIR in kinds) == (person.hair.length is not None)
