"""The correction of a flow at the joints: it brings them where they are, and leaves what is far from them alone."""

import numpy as np
import pytest
from people import person

from pipeline.clips import layout as j
from pipeline.clips.layout import FACE
from pipeline.reference.landmarks import LIMIT, landmark_flow
from pipeline.reference.limb_flow import limb_flow


def with_face(x=64.0, y=28.0, width=4.0, height=4.0):
    """A person of 100 px with a face that is an ellipse."""
    joints = person()
    angles = np.linspace(0, 2 * np.pi, 70, endpoint=False)
    joints[FACE, 0], joints[FACE, 1], joints[FACE, 2] = x + width * np.cos(angles), y + height * np.sin(angles), 1
    return joints


def missed(here, there, corrected):
    places = limb_flow(here[FACE, :2].astype(float), here, there).places
    if corrected:
        flow = landmark_flow(here, there, 128, 128)
        places = places + flow[here[FACE, 1].astype(int), here[FACE, 0].astype(int)]
    return np.linalg.norm(places - there[FACE, :2], axis=1).mean()


@pytest.mark.parametrize("there", [with_face(66, 29, 5, 2), with_face(64, 28, 3, 6), with_face(63, 27, 2, 4)])
def test_faces_come_to_lie_where_the_pose_has_them(there):
    assert missed(with_face(), there, corrected=False) > 0.9
    assert missed(with_face(), there, corrected=True) < 0.35 * missed(with_face(), there, corrected=False)


def test_nothing_is_corrected_where_nothing_is_missed_or_no_joint_is_near():
    assert np.abs(landmark_flow(person(), person(), 128, 128)).max() < 1e-3
    flow = landmark_flow(with_face(), with_face(64, 28, 2, 7), 128, 128)
    assert np.abs(flow[20:36, 58:70]).max() > 2
    assert np.abs(flow[60:]).max() < 1e-3


def test_a_joint_that_lies_too_far_off_has_no_say():
    there = person()
    there[j.LEFT_BIG_TOE, :2] += 3 * LIMIT * 100
    here = person()
    wrong = landmark_flow(here, there, 128, 128)
    there[j.LEFT_BIG_TOE, 2] = 0
    np.testing.assert_allclose(wrong, landmark_flow(here, there, 128, 128), atol=0.8)


def test_joints_beside_the_picture_and_nobody_at_all_are_fine():
    here = person(x=10.0)
    assert np.isfinite(landmark_flow(here, person(), 128, 128)).all()
    assert not landmark_flow(np.zeros((137, 3), np.float32), person(), 128, 128).any()
