from dataclasses import replace

import numpy as np
import pytest

from dancers import cast
from dancers.figure import CLOTHES, HAIR, SKIN, SKIRT, TWO_SIDED, build_figure
from dancers.motion import load_motions
from dancers.raster import rasterize
from dancers.skeleton import skin


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
        assert (SKIRT in kinds) == (person.skirt is not None)


def test_a_skirt_covers_the_thighs_in_every_pose_and_from_every_side(figures):
    """No ray to the inside of a thigh meets the thigh before the skirt, above where the knees lift the hem."""
    figure, two_sided = figures["lena"], np.isin(figures["lena"].kinds, TWO_SIDED)
    upper_legs = [index for index, bone in enumerate(figure.skeleton.bones) if bone.startswith("upperleg")]
    on_thigh = (figure.weights * np.isin(figure.bones, upper_legs)).sum(axis=1) > 0.5
    thigh = on_thigh[figure.triangles].all(axis=1) & (figure.kinds != SKIRT)
    for motion, time in (("spins", 1.8), ("spins", 11.4), ("routine", 6.5), ("routine", 7.0)):
        vertices, transforms = figure.pose(load_motions()[motion].pose, time)
        inside = figure.thighs.centres(transforms).reshape(2, -1, 3)[:, :5].reshape(-1, 3)  # the upper half of each
        for angle in np.radians(np.arange(0, 360, 45)):
            across, towards = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0])

            def project(points, across=across):
                return np.stack([points @ across * 100 + 150, 200 - points[:, 2] * 100], axis=1)

            seen = rasterize(project(vertices), vertices @ towards, figure.triangles, two_sided, 300, 200)
            column, row = project(inside).astype(int).T
            assert not thigh[seen[row, column]].any()


def test_what_swings_is_late_and_everything_else_is_not(figures):
    figure, at = figures["lena"], load_motions()["spins"].pose
    posed, transforms = figure.pose(at, 2.0)  # she turns to the left
    on_time = replace(figure, late=np.zeros(len(figure.late))).pose(at, 2.0)[0]
    plain = skin(figure.rest, figure.weights, figure.bones, transforms)
    firm = (figure.late == 0) & ~figure.skirt
    np.testing.assert_array_equal(posed[firm], plain[firm])
    hem = figure.skirt & (figure.late > 0.9 * figure.late.max())
    out = (on_time - on_time[hem].mean(axis=0))[hem]
    lag = (posed - on_time)[hem]
    assert (out[:, 0] * lag[:, 1] - out[:, 1] * lag[:, 0]).mean() < 0  # turned to the right of where it would be
    assert 0.005 < np.linalg.norm(lag, axis=1).mean() < 0.1


def test_who_stands_still_hangs_straight(figures):
    figure, pose = figures["lena"], load_motions()["spins"].pose(0.0)
    hair = (figure.late > 0) & ~figure.skirt
    posed, transforms = figure.pose(lambda time: pose, 3.0)
    np.testing.assert_allclose(posed[hair], skin(figure.rest, figure.weights, figure.bones, transforms)[hair])
