"""The person's outline and margin, against plain geometry."""

import numpy as np
import pytest

from pipeline.clips import layout as j
from pipeline.pose.stature import person_height
from pipeline.scene.person import FREE, MASK_MARGIN, PARTS, clearance, mask_clearance


def test_upright_height_is_found_from_any_single_bone_and_a_crouch_keeps_it(figure):
    person = figure(80, 140)
    assert person_height(person) == pytest.approx(70, rel=0.1)
    crouching = person.copy()
    crouching[[j.NOSE, j.NECK, j.RIGHT_SHOULDER, j.LEFT_SHOULDER], 1] += 15  # the torso leans towards the camera
    assert person_height(crouching) == pytest.approx(person_height(person), rel=0.1)
    person[:, 2] = 0
    assert person_height(person) == 0


def test_equals_the_distance_to_every_bone(figure):
    person = figure(75, 120)
    size = person_height(person)
    ys, xs = np.mgrid[:140, :160] + 0.5
    expected = np.full(xs.shape, np.inf)
    for part in PARTS:
        for a, b in part.bones:
            if not (person[[a, b], 2] > 0).all():
                continue
            start, step = person[a, :2], person[b, :2] - person[a, :2]
            along = ((xs - start[0]) * step[0] + (ys - start[1]) * step[1]) / max(step @ step, 1e-9)
            nearest = start + along.clip(0, 1)[..., None] * step
            distance = np.hypot(xs - nearest[..., 0], ys - nearest[..., 1])
            expected = np.minimum(expected, (distance / size - part.radius) / part.margin)
    pixel = 1 / (size * min(part.margin for part in PARTS))  # bones are drawn on whole pixels
    assert np.abs(clearance(person, 160, 140) - expected).max() < 1.2 * pixel


def test_what_is_not_found_is_not_there_and_limbs_outside_reach_in(figure):
    person = figure(75, 120)
    assert np.isinf(clearance(person * (1, 1, 0), 160, 140)).all()
    at_the_edge = figure(-5, 120)
    assert (clearance(at_the_edge, 160, 140)[70:110, 0] < FREE).all()
    wide = clearance(figure(75, 120), 160, 140)
    np.testing.assert_array_equal(wide[:, 40:], clearance(figure(35, 120), 120, 140))


def test_a_mask_is_as_far_as_its_nearest_pixel():
    mask = np.zeros((60, 50), bool)
    mask[20:40, 30] = True
    distance = mask_clearance(mask, 100)
    assert (distance[mask] == 0).all()
    assert distance[25, 20] == pytest.approx(10 / (100 * MASK_MARGIN))
    assert distance[16, 33] == pytest.approx(5 / (100 * MASK_MARGIN), rel=1e-3)  # 3 across, 4 up
    assert np.isinf(mask_clearance(np.zeros((4, 4), bool), 100)).all()
