"""Limbs against a skeleton of known lengths, whose bones turn and are foreshortened."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.clips import layout
from pipeline.normalization.feet import Stance, foot_rows
from pipeline.normalization.limbs import FEWEST, LIMBS, fit_limbs, limb_warnings, measure_limbs, put_on_limbs

FRAMES = 120
STANCE = Stance(near=900, far=100, median=500, height_near=200, height_far=200, coverage=1, residual=0)
LEFT = [5, 6, 7, 12, 13, 14, 16, 18, 19, 20, 21, *range(95, 116)]
RIGHT = [2, 3, 4, 9, 10, 11, 15, 17, 22, 23, 24, *range(116, 137)]

# For each limb: (joint it hangs on, joint, direction in degrees: 0 to the right of the picture, 90 down; length, px).
# The person faces the camera: their left is on the picture's right. Other joints of hands and face: see `bones`.
HALF = {
    "shoulder": (1, 5, 0, 30), "upper arm": (5, 6, 70, 55), "forearm": (6, 7, 60, 50), "hip": (8, 12, 0, 20),
    "thigh": (12, 13, 85, 80), "shin": (13, 14, 95, 75),
}  # fmt: skip
MIDDLE = {"torso": (8, 1, -90, 100), "neck": (1, 0, -90, 35)}
FEET = {19: (60, 22), 20: (40, 20), 21: (100, 8)}  # left big toe, small toe, heel: direction, length
KNUCKLES = {5, 9, 13, 17}


def bones():
    """(limb, parent, joint, degrees, px) of all joints but the root, from the root outward."""
    result = [(limb, *bone) for limb, bone in MIDDLE.items()]
    for sides, mirror in ((LEFT, False), (RIGHT, True)):
        other = dict(zip(LEFT, sides, strict=True))

        def bone(limb, parent, joint, degrees, length, mirror=mirror, other=other):
            degrees = 180 - degrees if mirror else degrees
            result.append((limb, other.get(parent, parent), other[joint], degrees, length))

        for limb, values in HALF.items():
            bone(limb, *values)
        for joint, (degrees, length) in FEET.items():
            bone("foot", 14, joint, degrees, length)
        bone("hand", 7, 95, 60, 2)
        for joint in range(1, 21):
            bone("hand", 95, 95 + joint, 50 + joint, 18 if joint in KNUCKLES else 22)
        bone("face", 0, 16, -40, 10)
        bone("face", 0, 18, -10, 18)
    return result + [("face", 0, 25 + point, 360 / 70 * point, 12 + point % 5) for point in range(70)]


BONES = bones()


def skeleton(ratios=None, shortened=None, turns=None, scale=1.0):
    """Joints (frames, 137, 3) of a skeleton at (300, 400) px, of limbs ``ratios`` times as long.

    shortened: (frames, 137), the share of its length that the bone to a joint shows. turns: (frames, 137), degrees.
    """
    joints = np.zeros((FRAMES, 137, 3), np.float32)
    joints[..., 2] = 0.9
    joints[:, 8, :2] = 300, 400
    for limb, parent, joint, degrees, length in BONES:
        angle = np.radians(degrees + (0 if turns is None else turns[:, joint]))
        length = scale * length * (ratios or {}).get(limb, 1) * (1 if shortened is None else shortened[:, joint])
        step = np.stack(np.broadcast_arrays(length * np.cos(angle), length * np.sin(angle)), axis=-1)
        joints[:, joint, :2] = joints[:, parent, :2] + step
    return joints


def dance(seed=0, still=(2, 5, *range(25, 95))):
    """Turns, and shares of length shown: full in half of the frames, down to a third in others."""
    rng = np.random.default_rng(seed)
    phases = rng.uniform(0, 2 * np.pi, 137)
    time = np.linspace(0, 20, FRAMES)[:, None]
    shortened = np.clip(1.3 + 0.9 * np.sin(time + phases), 0.35, 1)
    turns = 25 * np.sin(0.7 * time + phases)
    shortened[:, still], turns[:, still] = 1, 0
    for group in ([19, 20, 21], [22, 23, 24], range(95, 116), range(116, 137)):
        shortened[:, list(group)] = shortened[:, [list(group)[0]]]  # a hand, a foot is foreshortened as a whole
    return {"shortened": shortened, "turns": turns}


def fit(source, target, stance=STANCE):
    return fit_limbs(measure_limbs(source, stance, "lowest"), measure_limbs(target, STANCE, "lowest"))


def from_foot(joints):
    """Places from the middle between the ankles and the lower ankle's row, (frames, 137, 2)."""
    feet = joints[:, [11, 14], :2]
    return joints[..., :2] - np.stack([feet[..., 0].mean(axis=1), feet[..., 1].max(axis=1)], axis=-1)[:, None]


def test_every_joint_belongs_to_a_limb():
    assert {joint for _, _, joint, _, _ in BONES} == set(range(137)) - {8}
    assert {limb for limb, *_ in BONES} == set(LIMBS)


def test_the_same_build_in_another_size_stays_where_the_feet_put_it():
    source = skeleton(**dance(), scale=0.5)
    small = replace(STANCE, height_near=100, height_far=100)
    limbs = fit(source, skeleton(**dance()), small)
    assert [limb.ratio for limb in limbs.values()] == pytest.approx([1] * len(LIMBS), rel=1e-5)
    assert limb_warnings(limbs) == []
    normalized = skeleton(**dance(seed=1))
    np.testing.assert_allclose(put_on_limbs(normalized, limbs, "lowest"), normalized, atol=1e-2)


@pytest.mark.parametrize("ratios", [
    {"upper arm": 1.2, "forearm": 1.2}, {"torso": 0.9, "shin": 1.15, "hand": 0.8},
    {"shoulder": 0.85, "hip": 1.3, "neck": 1.1}, {"foot": 1.25, "face": 0.9, "thigh": 1.1},
])  # fmt: skip
def test_a_source_of_another_build_gets_the_targets_limbs(ratios):
    """Directions and foreshortening of every bone are the source's, lengths the target's, feet where they were."""
    source, target = skeleton(ratios, **dance()), skeleton(**dance(seed=1))
    limbs = fit(source, target)
    assert {name: limb.ratio for name, limb in limbs.items()} == pytest.approx(
        {limb: 1 / ratios.get(limb, 1) for limb in LIMBS}, rel=0.03
    )
    exact = {name: replace(limb, ratio=1 / ratios.get(name, 1)) for name, limb in limbs.items()}
    result = put_on_limbs(source, exact, "lowest")
    np.testing.assert_allclose(from_foot(result), from_foot(skeleton(**dance())), atol=0.01)
    np.testing.assert_array_equal(result[..., 2], source[..., 2])


@pytest.mark.parametrize("foot", ["lowest", "mean"])
def test_the_foot_is_where_the_feet_put_it(foot):
    source = skeleton({"shin": 1.2, "hip": 0.8}, **dance())
    result = put_on_limbs(source, fit(source, skeleton(**dance())), foot)
    assert np.abs(result - source).max() > 5
    np.testing.assert_allclose(foot_rows(result, foot), foot_rows(source, foot), atol=1e-3)
    np.testing.assert_allclose(result[:, [11, 14], 0].mean(axis=1), source[:, [11, 14], 0].mean(axis=1), atol=1e-3)


def test_missing_joints_stay_missing_and_the_others_hang_on_what_is_found():
    source, target = skeleton({"forearm": 1.5, "upper arm": 1.2}, **dance()), skeleton(**dance())
    limbs = fit(source, target)
    whole = put_on_limbs(source, limbs, "lowest")
    source[10:20, layout.LEFT_ELBOW] = 0
    source[30:40, [layout.MID_HIP, layout.LEFT_ANKLE, layout.RIGHT_ANKLE]] = 0
    source[50, :, 2] = 0
    result = put_on_limbs(source, limbs, "lowest")
    missing = source[..., 2] == 0
    assert (result[missing] == 0).all() and (result[~missing, 2] > 0).all() and np.isfinite(result).all()
    others = np.delete(np.arange(137), [layout.LEFT_ELBOW, layout.LEFT_WRIST, *range(95, 116)])
    np.testing.assert_allclose(result[10:20, others], whole[10:20, others], atol=1e-3)
    shoulder, wrist = layout.LEFT_SHOULDER, layout.LEFT_WRIST
    expected = limbs["forearm"].ratio * (source[10:20, wrist, :2] - source[10:20, shoulder, :2])
    np.testing.assert_allclose(result[10:20, wrist, :2] - result[10:20, shoulder, :2], expected, atol=1e-2)


def test_left_and_right_are_treated_alike():
    def mirrored(joints):
        swapped = joints.copy()
        swapped[:, LEFT + RIGHT] = joints[:, RIGHT + LEFT]
        swapped[..., 0] = 600 - swapped[..., 0]
        return swapped

    source, target = skeleton({"forearm": 1.2, "torso": 0.9}, **dance()), skeleton(**dance(seed=1))
    result = put_on_limbs(source, fit(source, target), "lowest")
    other = put_on_limbs(mirrored(source), fit(mirrored(source), mirrored(target)), "lowest")
    np.testing.assert_allclose(other, mirrored(result), atol=1e-2)


def test_far_and_near_frames_count_alike():
    """Half as tall at row 300 as at row 600: the lengths are those of somebody who stays."""
    joints = skeleton(**dance())
    steady = measure_limbs(joints, STANCE, "lowest")
    sizes = np.linspace(0.5, 1, FRAMES)
    rows = foot_rows(joints, "lowest")
    joints[..., :2] = (joints[..., :2] - [[[300, 0]]] - rows[:, None, None] * [0, 1]) * sizes[:, None, None]
    joints[..., 1] += 600 * sizes[:, None]
    walking = Stance(600, 300, 450, height_near=200, height_far=100, coverage=1, residual=0)
    moved = measure_limbs(joints, walking, "lowest")
    assert [moved[limb].length for limb in LIMBS] == pytest.approx([steady[limb].length for limb in LIMBS], rel=0.01)


def test_side_and_back_views_and_feet_in_the_air_are_not_measured():
    clip = skeleton(**dance())
    clean = measure_limbs(clip, STANCE, "lowest")
    clip[5:25, layout.NOSE, 1] -= 100
    for joint, sign in ((layout.LEFT_SHOULDER, 1), (layout.RIGHT_SHOULDER, -1)):
        clip[5:15, joint, 0] = clip[5:15, layout.NECK, 0] + sign * 5
        clip[15:25, joint, 0] = clip[15:25, layout.NECK, 0] - sign * 30
    clip[30:40, :, 1] -= 800
    clip[30:40, layout.NOSE, 1] -= 100
    measured = measure_limbs(clip, STANCE, "lowest")
    assert measured["neck"].frames == clean["neck"].frames - 30
    assert measured["neck"].longest == pytest.approx(clean["neck"].longest)


def test_a_limb_seldom_seen_keeps_the_sources_build_and_says_so():
    source, target = skeleton({"forearm": 1.2}, **dance()), skeleton(**dance())
    source[FEWEST - 1 :, [layout.LEFT_WRIST, layout.RIGHT_WRIST]] = 0
    target[:, layout.LEFT_HAND] = target[:, layout.RIGHT_HAND] = 0
    limbs = fit(source, target)
    assert limbs["forearm"].ratio == limbs["hand"].ratio == 1
    assert limb_warnings(limbs) == [
        "the forearm keeps the source's build: only 14 front views of the source show it",
        "the hand keeps the source's build: only 0 front views of the target show it",
    ]


def test_a_limb_mostly_foreshortened_keeps_the_sources_build_and_says_so():
    bent = dance()
    bent["shortened"][:, [layout.LEFT_WRIST, layout.RIGHT_WRIST]] = np.linspace(0.3, 1, FRAMES)[:, None] ** 3
    limbs = fit(skeleton(**bent), skeleton(**dance()))
    assert limbs["forearm"].ratio == 1
    assert limb_warnings(limbs) == [
        f"the forearm keeps the source's build: it is foreshortened in most of the source's {FRAMES} front views"
    ]


def test_nobody_seen_from_the_front_changes_nothing():
    clip = skeleton(**dance())
    clip[:, [layout.LEFT_SHOULDER, layout.RIGHT_SHOULDER]] = 0
    limbs = fit(clip, skeleton(**dance()))
    assert len(limb_warnings(limbs)) == len(LIMBS)
    np.testing.assert_allclose(put_on_limbs(clip, limbs, "lowest"), clip, atol=1e-3)


def test_nothing_given_is_changed():
    source, target = skeleton({"shin": 1.1}, **dance()), skeleton(**dance())
    copies = source.copy(), target.copy()
    put_on_limbs(source, fit(source, target), "lowest")
    np.testing.assert_array_equal(source, copies[0])
    np.testing.assert_array_equal(target, copies[1])
