"""Which shots are of one view."""

import numpy as np

from pipeline.clips.layout import MID_HIP, NECK
from pipeline.normalization.views import views_of


def shots_of(*people):
    """Joints and shots: for each of ``people`` a shot of somebody with that torso, hips row and number of frames."""
    joints, shots = [], []
    for shot, (torso, row, frames) in enumerate(people):
        pose = np.zeros((frames, 137, 3), np.float32)
        if torso:
            pose[:, MID_HIP] = 100, row, 1
            pose[:, NECK] = 100, row - torso, 1
        joints.append(pose)
        shots += [shot] * frames
    return np.concatenate(joints), np.array(shots)


def views(*people):
    joints, shots = shots_of(*people)
    numbers = views_of(joints, shots)
    return [int(numbers[shots == shot][0]) for shot in range(len(people))]


def test_one_shot_is_one_view():
    assert views((100, 300, 20)) == [0]
    assert views((0, 0, 5)) == [0]


def test_cuts_to_and_fro_between_two_cameras():
    assert views((60, 300, 40), (110, 350, 30), (62, 310, 50), (112, 340, 20)) == [0, 1, 0, 1]


def test_the_view_of_most_frames_comes_first():
    assert views((60, 300, 30), (110, 350, 70)) == [1, 0]
    assert views((60, 300, 50), (110, 350, 60), (60, 300, 50)) == [0, 1, 0]


def test_a_camera_that_was_turned_up_is_another_view():
    assert views((60, 300, 40), (60, 200, 30)) == [0, 1]


def test_a_moment_and_a_shot_without_anybody_make_no_view_of_their_own():
    assert views((60, 300, 40), (110, 350, 5), (0, 0, 30)) == [0, 0, 0]
    assert views((60, 300, 40), (110, 350, 30), (105, 350, 5)) == [0, 1, 1]
