import numpy as np

from pipeline.clips import layout
from pipeline.foresight.novelty import never_seen_side, novelty
from tests.people import person

KNOWN = np.stack([person(raised=angle) for angle in range(-40, 41, 5)])
TALL = np.full(len(KNOWN), 100.0)


def of(*poses):
    """The novelty of poses, each a shot of its own."""
    return novelty(np.stack(poses), np.arange(len(poses)), 30.0, KNOWN, TALL)


def test_a_known_pose_is_not_new_wherever_and_however_large():
    here, there, larger = of(person(raised=20), person(x=300, y=400, raised=20), person(height=250, raised=20))
    assert max(here, there, larger) < 1e-3


def test_the_farther_an_arm_is_from_any_known_place_the_newer_the_pose():
    values = of(*(person(raised=angle) for angle in (40, 60, 80, 100)))
    assert values[0] < 1e-3 and (np.diff(values) > 0.005).all()


def test_distance_is_that_of_the_joints_in_heights():
    moved = person()
    moved[layout.LEFT_WRIST, 0] += 30  # px of 100: the wrist counts once among all joints that are compared
    joints = (moved[:, 2] > 0)[[*range(20), 21, 22, 24, 104, 125]].sum()
    assert abs(of(moved)[0] - np.sqrt(0.3**2 / joints)) < 0.01


def test_nobody_is_no_pose():
    assert np.isnan(of(np.zeros((137, 3), np.float32))[0])


def test_a_back_is_told_where_only_fronts_are_known():
    back = person()
    back[:, 0] = 2 * 64 - back[:, 0]
    poses = np.stack([person(), back])
    assert never_seen_side(poses, KNOWN).tolist() == [False, True]
    assert never_seen_side(poses, np.stack([*KNOWN, back])).tolist() == [False, False]
    assert of(back)[0] < 1e-3  # it is rendered turned round, in a pose that is known
