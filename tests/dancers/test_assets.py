from collections import Counter

import numpy as np
import pytest

from dancers import assets
from dancers.assets import load_template, shape_body
from pipeline.user.cli import UserError


def body_height(rest, template):
    return np.ptp(rest[np.unique(template.faces["body"])][:, 2])


def test_an_unreadable_wheel_is_a_user_error(tmp_path):
    (tmp_path / "broken.whl").write_bytes(b"no zip")
    with pytest.raises(UserError, match=r"broken\.whl.*cannot be read"):
        load_template(tmp_path / "broken.whl")


def test_the_skin_is_closed_but_for_openings_inside_the_body(template):
    edges = Counter(frozenset(pair) for quad in template.faces["body"].tolist()
                    for pair in zip(quad, quad[1:] + quad[:1], strict=True))
    assert set(edges.values()) <= {1, 2}
    assert sum(count == 1 for count in edges.values()) < 0.01 * len(edges)


def test_template_is_mirror_symmetric_and_faces_minus_y(template):
    skin = template.vertices[np.unique(template.faces["body"])]
    mirrored = skin * [-1, 1, 1]
    assert {tuple(p) for p in np.round(skin, 5) + 0.0} == {tuple(p) for p in np.round(mirrored, 5) + 0.0}
    eyes = template.vertices[template.faces["helper-l-eye"]].mean(axis=(0, 1))
    assert eyes[0] > 0  # the left eye
    assert eyes[1] < skin[skin[:, 2] > eyes[2] - 0.02][:, 1].mean()  # in front of the head's middle


def test_parents_come_first_and_weights_sum_to_one(template):
    assert all(parent < bone for bone, parent in enumerate(template.parents))
    assert list(template.parents).count(-1) == 1
    assert template.weights.min() >= 0
    np.testing.assert_allclose(template.weights.sum(axis=1), 1)


def test_left_vertices_move_with_left_bones(template):
    skin = np.unique(template.faces["body"])
    side = np.array([bone[-1] for bone in template.bones])[template.weight_bones[skin, 0]]
    assert (template.vertices[skin][side == "L", 0] > -0.02).all()
    assert (template.vertices[skin][side == "R", 0] < 0.02).all()


def test_bone_heads_lie_inside_the_body(template, body):
    rest, heads = body
    skin = rest[np.unique(template.faces["body"])]
    assert (heads > skin.min(axis=0)).all()
    assert (heads < skin.max(axis=0)).all()


def test_height_grows_with_its_parameter_and_is_human(wheel, template, shape):
    heights = [body_height(shape_body(wheel, template, shape | {"height": height})[0], template)
               for height in (0.2, 0.4, 0.6)]
    assert np.all(np.diff(heights) > 0.1)
    assert 1.4 < heights[0]
    assert heights[-1] < 2.1


def test_shape_changes_what_it_says(wheel, template, shape):
    def depth(**change):
        rest, _ = shape_body(wheel, template, shape | change)
        skin = np.unique(template.faces["body"])
        waist = (np.abs(template.vertices[skin] - [0, 0, 0.1]) < [0.16, 0.3, 0.02]).all(axis=1)
        return np.ptp(rest[skin][waist][:, 1])

    assert depth(weight=1) > depth(weight=0.5) > depth(weight=0)


@pytest.mark.parametrize(("change", "complaint"), [
    ({"height": 1.2}, "height of a body's shape is 1.2"),
    ({"beauty": 1}, "missing or unknown: beauty"),
    ({"african": 0, "asian": 0, "caucasian": 0}, "must be more than 0"),
])
def test_a_wrong_shape_is_a_user_error(wheel, template, shape, change, complaint):
    with pytest.raises(UserError, match=complaint):
        shape_body(wheel, template, shape | change)


def test_every_target_file_is_a_zip_member(wheel):
    """The names that shapes are made of must be those of the files, or morphs would silently be left out."""
    with assets.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist()
                 if name.startswith((f"{assets.DATA}/targets/macrodetails/", f"{assets.DATA}/targets/breast/"))
                 and name.endswith(".gz")}
    used = {f"{assets.DATA}/targets/{name}.target.gz" for name, _ in assets._targets()}
    macro = {name for name in files if "/macrodetails/" in name or name.split("/breast/")[-1].startswith("female-")}
    assert macro <= used
