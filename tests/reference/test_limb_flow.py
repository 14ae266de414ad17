"""The flow between two poses: where it must lead, and where nothing is to be taken from the other picture."""

import numpy as np
from people import LEFT_ARM, person

from pipeline.clips import layout as j
from pipeline.reference.limb_flow import limb_flow

MIDDLES = np.array([(j.NECK, j.MID_HIP), (j.RIGHT_HIP, j.RIGHT_KNEE), (j.LEFT_SHOULDER, j.LEFT_ELBOW),
                    (j.LEFT_ELBOW, j.LEFT_WRIST), (j.RIGHT_ELBOW, j.RIGHT_WRIST)])


def middles(joints):
    return joints[MIDDLES, :2].mean(axis=1).astype(float)


def test_from_a_pose_to_itself_nothing_moves_and_the_person_is_valid():
    grid = np.stack(np.meshgrid(np.arange(0, 128, 4.0), np.arange(0, 128, 4.0)), axis=-1).reshape(-1, 2)
    flow = limb_flow(grid, person(), person())
    np.testing.assert_allclose(flow.places, grid, atol=1e-3)
    np.testing.assert_allclose(limb_flow(middles(person()), person(), person()).valid, 1, rtol=1e-5)
    assert (limb_flow(np.array([[2.0, 2.0], [126.0, 100.0]]), person(), person()).valid == 0).all()


def test_the_middle_of_a_limb_is_found_in_its_middle_wherever_it_lies():
    here, there = person(raised=60), person(150, 80, 160, raised=-20)
    flow = limb_flow(middles(here), here, there)
    np.testing.assert_allclose(flow.places, middles(there), atol=1.5)
    assert (flow.valid > 0.95).all()


def test_where_another_limb_lies_before_what_is_looked_for_nothing_is_valid():
    """In the other picture an arm hangs before the trunk: the trunk there shows the arm."""
    there = person()
    there[LEFT_ARM, :2] = [[64, 68], [64, 82], [64, 86]]
    elbow = np.array([[64.0, 75.0]])
    assert limb_flow(elbow, person(), there).valid[0] < 0.3
    here = person()
    here[LEFT_ARM, 2] = 0  # and no less if the arm is not found where it is looked for
    assert limb_flow(elbow, here, there).valid[0] < 0.3


def test_people_without_a_limb_in_common_share_nothing():
    nobody = np.zeros((137, 3), np.float32)
    flow = limb_flow(np.array([[64.0, 64.0]]), person(), nobody)
    np.testing.assert_array_equal(flow.places, [[64, 64]])
    assert flow.valid.tolist() == [0]
