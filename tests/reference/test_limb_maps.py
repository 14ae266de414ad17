"""Limbs and their maps: against joints themselves, a rigid motion and a bone done by hand."""

import numpy as np
from people import person

from pipeline.clips import layout as j
from pipeline.clips.layout import FACE
from pipeline.clips.warp import move_joints
from pipeline.reference.limbs import BONES, limb_maps, limbs_of

ORDER = {bone: 2 + number for number, bone in enumerate(BONES)}


def apply(limb_map, points):
    return points @ limb_map[:, :2].T + limb_map[:, 2]


def test_a_whole_person_has_every_limb_and_radii_grow_with_her():
    small, large = limbs_of(person(100)), limbs_of(person(200))
    assert small.found.all() and len(small.found) == 14
    np.testing.assert_allclose(large.radii, 2 * small.radii, rtol=1e-5)
    assert small.radii[0] == small.radii.max()


def test_what_is_not_found_is_no_limb():
    joints = person()
    joints[[j.LEFT_WRIST, j.NECK], 2] = 0
    found = limbs_of(joints).found
    assert not found[:2].any()
    assert not found[ORDER[j.LEFT_ELBOW, j.LEFT_WRIST]] and found[ORDER[j.RIGHT_ELBOW, j.RIGHT_WRIST]]
    maps = limb_maps(joints, person())
    assert np.isnan(maps[~found]).all() and np.isfinite(maps[found]).all()


def test_nobody_has_no_limbs():
    nobody = np.zeros((137, 3), np.float32)
    assert not limbs_of(nobody).found.any()
    assert np.isnan(limb_maps(nobody, person())).all()


def test_a_person_moved_turned_and_enlarged_as_a_whole_moves_every_limb_so():
    angle = np.radians(20)
    cosine, sine = 1.5 * np.cos(angle), 1.5 * np.sin(angle)
    matrix = np.array([[cosine, -sine, 30], [sine, cosine, -10], [0, 0, 1]])
    here = person()
    for limb_map in limb_maps(here, move_joints(here, matrix)):
        np.testing.assert_allclose(limb_map, matrix[:2], atol=2e-3)


def test_bones_take_their_ends_along_and_keep_their_width():
    here, there = person(), person(raised=90)
    limb_map = limb_maps(here, there)[ORDER[j.LEFT_SHOULDER, j.LEFT_ELBOW]]
    ends = [j.LEFT_SHOULDER, j.LEFT_ELBOW]
    np.testing.assert_allclose(apply(limb_map, here[ends, :2]), there[ends, :2], atol=1e-3)
    above = here[j.LEFT_SHOULDER, :2] - (0, 3)  # the arm points right, then up: above becomes to its left
    np.testing.assert_allclose(apply(limb_map, above), there[j.LEFT_SHOULDER, :2] - (3, 0), atol=1e-3)


def test_a_foreshortened_bone_is_stretched_within_limits():
    here, there = person(), person()
    there[j.LEFT_WRIST, :2] = there[j.LEFT_ELBOW, :2] + (1, 0)  # points at the camera
    forearm = limb_maps(here, there)[ORDER[j.LEFT_ELBOW, j.LEFT_WRIST]]
    np.testing.assert_allclose(np.linalg.svd(forearm[:, :2])[1], [1, 0.5], atol=1e-3)
    there[j.LEFT_WRIST] = there[j.LEFT_ELBOW]
    assert np.isfinite(limb_maps(there, here)).all() and np.isfinite(limb_maps(here, there)).all()


def test_a_trunk_seen_from_the_side_is_narrow_and_no_wider_than_that_when_it_turns_to_the_front():
    front, side = person(), person()
    across = [j.RIGHT_SHOULDER, j.LEFT_SHOULDER, j.RIGHT_HIP, j.LEFT_HIP]
    side[across, 0] = 64 + (side[across, 0] - 64) * 0.05
    widths = [abs(limb_maps(*pair)[0][0, 0]) for pair in ((front, side), (side, front))]
    assert 0.2 < widths[0] < 0.9
    assert 0.9 < widths[1] < 1.5  # not twentyfold


def test_a_head_goes_where_its_face_is():
    here, there = person(), person()
    for joints, x in ((here, 64), (there, 67)):
        joints[FACE] = np.column_stack([x + np.arange(70) % 9, 26 + np.arange(70) // 9, np.ones(70)])
    crown = np.array([64.0, 18.0])
    np.testing.assert_allclose(apply(limb_maps(here, there)[1], crown), [67, 18], atol=1)
