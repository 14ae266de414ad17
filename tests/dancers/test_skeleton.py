from dataclasses import replace

import numpy as np
import pytest

from dancers.skeleton import Arm, Foot, Pose, Skeleton, skin

STRAIGHT = Arm(up=0.25, front=0, elbow=0.3, roll=0, twist=0, wrist=0, curl=0)
STANDING = Pose(pelvis=(0, 0, 1), hips=(0, 0, 0), spine=(0, 0, 0), head=(0, 0, 0),
                arms={"L": STRAIGHT, "R": STRAIGHT},
                feet={"L": Foot(0.2, 0, 0, 0, 0), "R": Foot(-0.2, 0, 0, 0, 0)})
DANCING = Pose(pelvis=(0.1, -0.3, 0.8), hips=(0.5, 0.2, -0.1), spine=(0.4, -0.3, 0.5), head=(0.2, 0.1, -0.6),
               arms={"L": Arm(2.4, 0.4, 1.2, 1.1, 0.8, 0.4, 1), "R": Arm(1.3, 1.2, 2.0, 0.3, -0.8, -0.3, 0.3)},
               feet={"L": Foot(0.3, -0.5, 0.3, 0.6, 0.4), "R": Foot(-0.1, -0.1, 0, 0.2, 0.5)})


@pytest.fixture
def skeleton(template, body):
    _, heads = body
    return Skeleton(template.bones, template.parents, heads)


@pytest.fixture
def sole(template, body):
    rest, _ = body
    return rest[np.unique(template.faces["body"]), 2].min()


def place(skeleton, transforms, bone):
    return skeleton.positions(transforms)[skeleton.bones.index(bone)]


def bone_lengths(skeleton, positions):
    return np.array([np.linalg.norm(positions[bone] - positions[parent])
                     for bone, parent in enumerate(skeleton.parents) if parent >= 0])


def test_bones_that_do_not_move_leave_the_skin_where_it_is(template, body):
    rest, heads = body
    still = np.tile(np.eye(3, 4), (len(heads), 1, 1))
    np.testing.assert_allclose(skin(rest, template.weights, template.weight_bones, still), rest, atol=1e-12)


def test_skin_moves_rigidly_with_a_rigid_motion_of_all_bones(template, body):
    rest, heads = body
    rotation, _ = np.linalg.qr([[1, 2, 3], [0, 1, 4], [5, 6, 0.0]])
    shift = np.array([1.0, -2, 3])
    moved = np.tile(np.concatenate([rotation, shift[:, None]], axis=1), (len(heads), 1, 1))
    expected = rest @ rotation.T + shift
    np.testing.assert_allclose(skin(rest, template.weights, template.weight_bones, moved), expected, atol=1e-12)


def test_skin_is_the_weighted_mean_of_its_bones(template, body, skeleton, sole):
    rest, _ = body
    transforms = skeleton.solve(DANCING, sole)
    posed = skin(rest, template.weights, template.weight_bones, transforms)
    for vertex in (0, 5000, 9348, 15000):
        each = [transforms[bone] @ [*rest[vertex], 1] for bone in template.weight_bones[vertex]]
        np.testing.assert_allclose(posed[vertex], template.weights[vertex] @ each, atol=1e-12)


@pytest.mark.parametrize("pose", [STANDING, DANCING])
def test_transforms_are_rigid_and_keep_every_bone_as_long_as_it_is(skeleton, sole, pose):
    transforms = skeleton.solve(pose, sole)
    rotations = transforms[:, :, :3]
    np.testing.assert_allclose(rotations @ rotations.transpose(0, 2, 1), np.tile(np.eye(3), (len(rotations), 1, 1)),
                               atol=1e-9)
    assert (np.linalg.det(rotations) > 0).all()
    np.testing.assert_allclose(bone_lengths(skeleton, skeleton.positions(transforms)),
                               bone_lengths(skeleton, skeleton.heads), atol=1e-9)


def test_the_whole_dancer_can_be_moved_and_turned(skeleton, sole):
    angle, shift = 0.7, np.array([0.4, -0.3])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])

    def moved(x, y):
        return turn @ [x, y] + shift

    feet = {}
    for side, foot in DANCING.feet.items():
        x, y = moved(foot.x, foot.y)
        feet[side] = replace(foot, x=x, y=y, yaw=foot.yaw + angle)
    x, y, height = DANCING.pelvis
    turned = replace(DANCING, pelvis=(*moved(x, y), height),
                     hips=(DANCING.hips[0] + angle, *DANCING.hips[1:]), feet=feet)
    expected = skeleton.positions(skeleton.solve(DANCING, sole))
    expected[:, :2] = expected[:, :2] @ turn.T + shift * skeleton.leg_length
    np.testing.assert_allclose(skeleton.positions(skeleton.solve(turned, sole)), expected, atol=1e-9)


def test_standing_feet_are_where_the_pose_puts_them(template, body, skeleton, sole):
    rest, _ = body
    transforms = skeleton.solve(STANDING, sole)
    ankle = place(skeleton, transforms, "foot.L")
    np.testing.assert_allclose(ankle[:2], [0.2 * skeleton.leg_length, 0], atol=1e-9)
    posed = skin(rest, template.weights, template.weight_bones, transforms)
    assert abs(posed[np.unique(template.faces["body"]), 2].min()) < 1e-3


def test_a_foot_rolls_around_its_ball(skeleton, sole):
    raised = replace(STANDING, feet={**STANDING.feet, "L": replace(STANDING.feet["L"], pitch=0.5)})
    flat, rolled = (skeleton.solve(pose, sole) for pose in (STANDING, raised))
    np.testing.assert_allclose(place(skeleton, rolled, "toe3-1.L"), place(skeleton, flat, "toe3-1.L"), atol=1e-9)
    assert place(skeleton, rolled, "foot.L")[2] > place(skeleton, flat, "foot.L")[2] + 0.03


def test_the_pelvis_sinks_when_feet_would_be_out_of_reach(skeleton, sole):
    split = replace(STANDING, feet={"L": Foot(0.7, 0, 0, 0, 0), "R": Foot(-0.7, 0, 0, 0, 0)})
    transforms = skeleton.solve(split, sole)
    for side, x in (("L", 0.7), ("R", -0.7)):
        ankle = place(skeleton, transforms, f"foot.{side}")
        np.testing.assert_allclose(ankle[:2], [x * skeleton.leg_length, 0], atol=1e-9)
    low, high = (place(skeleton, t, "root")[2] for t in (transforms, skeleton.solve(STANDING, sole)))
    assert low < high - 0.1 * skeleton.leg_length


@pytest.mark.parametrize("height", [0.5, 0.7, 0.9, 1.1])
def test_knees_bend_forward(skeleton, sole, height):
    transforms = skeleton.solve(replace(STANDING, pelvis=(0, 0, height)), sole)
    for side in "LR":
        hip, knee, ankle = (place(skeleton, transforms, f"{bone}.{side}")
                            for bone in ("upperleg01", "lowerleg01", "foot"))
        assert knee[1] < max(hip[1], ankle[1])  # the front is -y


def test_arms_point_where_their_angles_say(skeleton, sole):
    def directions(arm):
        transforms = skeleton.solve(replace(STANDING, arms={"L": arm, "R": arm}), sole)
        shoulder, elbow, wrist = (place(skeleton, transforms, f"{bone}.L")
                                  for bone in ("upperarm01", "lowerarm01", "wrist"))
        return [v / np.linalg.norm(v) for v in (elbow - shoulder, wrist - elbow)]

    right_angle = np.pi / 2
    for arm, upper, fore in [
        (replace(STRAIGHT, up=right_angle, elbow=right_angle, twist=1.2), [1, 0, 0], [0, -1, 0]),
        (replace(STRAIGHT, up=0, elbow=right_angle), [0, 0, -1], [0, -1, 0]),
        (replace(STRAIGHT, up=right_angle, elbow=0), [1, 0, 0], [1, 0, 0]),
        (replace(STRAIGHT, up=right_angle, elbow=right_angle, roll=right_angle), [1, 0, 0], [0, 0, 1]),
        (replace(STRAIGHT, up=right_angle, front=right_angle, elbow=right_angle), [0, -1, 0], [-1, 0, 0]),
        (replace(STRAIGHT, up=np.pi, elbow=0), [0, 0, 1], [0, 0, 1]),
    ]:
        np.testing.assert_allclose(directions(arm), [upper, fore], atol=1e-9)


def test_a_fist_brings_the_fingertips_to_the_palm(skeleton, sole):
    def reach(curl):
        arm = replace(STRAIGHT, curl=curl)
        transforms = skeleton.solve(replace(STANDING, arms={"L": arm, "R": arm}), sole)
        places = {bone: place(skeleton, transforms, bone) for bone in skeleton.bones}
        return [np.linalg.norm(places[f"finger{finger}-3.{side}"] - places[f"wrist.{side}"])
                for finger in range(2, 6) for side in "LR"]

    assert (np.array(reach(1)) < 0.9 * np.array(reach(0))).all()


def test_left_and_right_mirror_each_other(skeleton, sole):
    def mirrored(pose):
        swap = {"L": "R", "R": "L"}
        return Pose(
            pelvis=(-pose.pelvis[0], *pose.pelvis[1:]),
            hips=(-pose.hips[0], pose.hips[1], -pose.hips[2]),
            spine=(pose.spine[0], -pose.spine[1], -pose.spine[2]),
            head=(pose.head[0], -pose.head[1], -pose.head[2]),
            arms={side: pose.arms[swap[side]] for side in "LR"},
            feet={side: replace(foot, x=-foot.x, yaw=-foot.yaw)
                  for side, foot in ((side, pose.feet[swap[side]]) for side in "LR")})

    there = skeleton.positions(skeleton.solve(DANCING, sole))
    back = skeleton.positions(skeleton.solve(mirrored(DANCING), sole))
    swapped = [skeleton.bones.index(bone[:-1] + {"L": "R", "R": "L"}[bone[-1]] if bone[-2] == "." else bone)
               for bone in skeleton.bones]
    np.testing.assert_allclose(back[swapped] * [-1, 1, 1], there, atol=0.01)  # the assets' neck is 3 mm off the middle


