"""Normalization against a world of its own: people of known size walking before known cameras."""

from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.clips import layout
from pipeline.normalization.feet import (
    Stance,
    fit_feet,
    foot_rows,
    measure,
    normalize_feet,
    place_sideways,
    place_whole_picture,
    share_outside,
)
from pipeline.user.cli import UserError

FEET = ["lowest", "mean"]
# Where the joints of a dancer are at rest, in body heights: to the person's left, and above the ground.
SHAPE = np.random.default_rng(0).uniform((-0.25, 0), (0.25, 0.95), (137, 2))
SHAPE[[layout.LEFT_ANKLE, layout.RIGHT_ANKLE]] = (0.08, 0), (-0.08, 0)
SHAPE[layout.NOSE] = 0, 0.9


@dataclass
class Scene:
    """A pinhole camera at ``eye`` m above a flat floor, looking straight ahead; a person of ``size`` m."""

    focal: float
    eye: float
    size: float
    horizon: float = 200.0
    width: int = 640

    def film(self, x, z, dance=None):
        """Poses (frames, 137, 3) of the person ``x`` m to the right and ``z`` m away, per frame.

        dance: (frames, 137, 2), what is added to SHAPE, in body heights.
        """
        points = self.size * (SHAPE + (0 if dance is None else dance)) * np.ones((len(x), 1, 1))
        scale = (self.focal / np.asarray(z))[:, None]
        columns = self.width / 2 + scale * (np.asarray(x)[:, None] + points[..., 0])
        rows = self.horizon + scale * (self.eye - points[..., 1])
        return np.stack([columns, rows, np.full_like(rows, 0.9)], axis=-1).astype(np.float32)


SOURCE = Scene(focal=900, eye=1.5, size=1.6, horizon=240, width=640)
TARGET = Scene(focal=700, eye=1.55, size=1.9, horizon=300, width=500)
T = np.linspace(0, 6 * np.pi, 300)
DEPTH = 4 + 0.8 * np.sin(0.7 * T)  # m from the camera
SIDE = 0.5 * np.cos(T)


def dance(seed=0, still=(layout.LEFT_ANKLE, layout.RIGHT_ANKLE, layout.NOSE)):
    """Limbs that swing; the joints that are measured stand ``still``."""
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, (137, 2))
    moves = 0.1 * np.sin(T[:, None, None] + phases)
    moves[:, still] = 0
    return moves


def normalize(source, target, foot="lowest", alpha=1.0, widths=(640, 500)):
    fit = fit_feet(measure(source, foot, alpha, "a"), measure(target, foot, alpha, "b"))
    return normalize_feet(source, fit, foot, *widths), fit


@pytest.mark.parametrize("foot", FEET)
@pytest.mark.parametrize("alpha", [0.5, 0.7, 1.0])
def test_a_clip_normalized_onto_itself_stays(foot, alpha):
    clip = SOURCE.film(SIDE, DEPTH, dance())
    clip[30:40, layout.LEFT_ANKLE] = 0
    clip[:, 50] = 0
    result, fit = normalize(clip, clip, foot, alpha, (640, 640))
    np.testing.assert_allclose(result, clip, atol=1e-3)
    moved, shift, steps = place_sideways(result, clip, 640)
    np.testing.assert_allclose(moved, clip, atol=1e-3)
    assert (round(shift, 3), steps) == (0, 1)
    assert fit.warnings == []


@pytest.mark.parametrize("foot", FEET)
def test_another_body_before_another_camera_dances_as_the_target_would(foot):
    """The same steps in body heights, twice as far away: exactly what the target's camera would see."""
    moves = dance()
    source = SOURCE.film(SIDE, DEPTH, moves)
    truth = TARGET.film(SIDE * TARGET.size / SOURCE.size, 2 * DEPTH, moves)
    others = TARGET.film(0 * SIDE, 2 * DEPTH[::-1], dance(seed=1))
    result, fit = normalize(source, others, foot)
    np.testing.assert_allclose(result[..., :2], truth[..., :2], atol=0.05)
    np.testing.assert_array_equal(result[..., 2], source[..., 2])
    assert fit.warnings == []


def test_scale_goes_linearly_from_far_to_near():
    """A target who walks through less depth is relatively taller far away than near."""
    source = SOURCE.film(SIDE, DEPTH)
    target = TARGET.film(0 * SIDE, 6 + 0.2 * np.sin(T))
    _, fit = normalize(source, target)
    truth = [
        (TARGET.focal * TARGET.size / z_target) / (SOURCE.focal * SOURCE.size / z_source)
        for z_target, z_source in ((6.2, 4.8), (5.8, 3.2))
    ]
    assert [fit.scale_far, fit.scale_near] == pytest.approx(truth, rel=0.03)  # an end is 5 % of the range
    rows = np.array([fit.source.far, (fit.source.far + fit.source.near) / 2, fit.source.near])
    far, near = fit.scale_far, fit.scale_near
    assert fit.scales(rows) == pytest.approx([far, (far + near) / 2, near])
    assert fit.feet_to(rows[[0, 2]]) == pytest.approx([fit.target.far, fit.target.near])


def test_every_frame_turns_about_its_own_foot():
    """Two frames with the feet in one place differ after normalization as before it, but for the scale."""
    source, target = SOURCE.film(SIDE, DEPTH, dance()), TARGET.film(SIDE, 2 * DEPTH)
    source[200] = SOURCE.film(SIDE[100:101], DEPTH[100:101])[0]
    source[100] = SOURCE.film(SIDE[100:101], DEPTH[100:101], dance()[150:151])[0]
    result, fit = normalize(source, target)
    scale = fit.scales(foot_rows(source[100:101], "lowest"))[0]
    difference = result[100, :, :2] - result[200, :, :2]
    np.testing.assert_allclose(difference, scale * (source[100, :, :2] - source[200, :, :2]), atol=1e-3)


@pytest.mark.parametrize("foot", FEET)
def test_the_sources_resolution_and_height_in_its_picture_do_not_matter(foot):
    source, target = SOURCE.film(SIDE, DEPTH, dance()), TARGET.film(SIDE, 2 * DEPTH)
    result, _ = normalize(source, target, foot)
    tripled = source * np.float32([3, 3, 1])
    np.testing.assert_allclose(normalize(tripled, target, foot, widths=(1920, 500))[0], result, atol=0.02)
    lower = source + np.float32([0, 77, 0])
    np.testing.assert_allclose(normalize(lower, target, foot)[0], result, atol=0.02)


def test_a_smaller_range_uses_the_middle_of_the_targets():
    """In body heights the source covers a third of the target's rows: so does the result, in their middle."""
    source = SOURCE.film(SIDE, 4 + 0.1 * np.sin(T))
    target = TARGET.film(SIDE, 8 + 2 * np.sin(T))
    result, fit = normalize(source, target)
    rows = foot_rows(result, "lowest")
    expected = fit.source.range * fit.target.height / fit.source.height
    assert expected < 0.5 * fit.target.range
    assert np.ptp(rows) == pytest.approx(expected, rel=0.02)
    assert (rows.min() + rows.max()) / 2 == pytest.approx((fit.target.near + fit.target.far) / 2, abs=1)
    assert fit.scale_near == pytest.approx(fit.scale_far, rel=0.15)  # hardly any depth, hardly any change


def test_steps_keep_their_length_where_the_target_moves_less():
    """Before the target's own camera a dance of other people's steps is where the target would take them."""
    moves = dance()
    source = SOURCE.film(SIDE, 8 + 1.2 * np.sin(0.7 * T), moves)
    camera = Scene(focal=900, eye=1.5 * 1.9 / 1.6, size=1.9, horizon=240, width=640)  # the source's, for the larger one
    steps = 1.9 / 1.6
    truth = camera.film(SIDE * steps, steps * (8 + 1.2 * np.sin(0.7 * T)), moves)
    target = camera.film(SIDE, steps * (8 + 1.0 * np.sin(T)))
    stances = [measure(clip, "lowest", 1.0, "a") for clip in (source, target)]
    assert stances[0].range / stances[0].height > stances[1].range / stances[1].height
    errors = {}
    for keep in (True, False):
        fit = fit_feet(*stances, keep_steps=keep)
        result = normalize_feet(source, fit, "lowest", 640, 640)
        errors[keep] = np.abs(result[..., :2] - truth[..., :2]).max()
    assert errors[True] < 1.5 < errors[False]


def test_steps_far_longer_than_the_targets_are_shortened():
    source, target = SOURCE.film(SIDE, DEPTH), TARGET.film(SIDE, 8 + 0.3 * np.sin(T))
    stances = [measure(clip, "lowest", 1.0, "a") for clip in (source, target)]
    result = normalize_feet(source, fit_feet(*stances, keep_steps=True), "lowest", 640, 500)
    assert np.ptp(foot_rows(result, "lowest")) == pytest.approx(1.5 * stances[1].range, rel=0.02)


def test_nobody_shrinks_away_however_different_the_two_clips_are():
    for far, near in ((160, 640), (200, 600), (300, 310), (310, 300)):
        for source_heights in ((480, 500), (100, 500), (400, 400)):
            target = Stance(700, 400, 550, near, far, 1.0, 0.0)
            source = Stance(900, 300, 500, source_heights[1], source_heights[0], 1.0, 0.0)
            fit = fit_feet(source, target, keep_steps=True)
            assert fit.scale_far * source.height_far >= 0.5 * min(far, near) - 1e-6
            assert fit.scale_near > 0 and fit.slope > 0


def test_feet_in_the_air_are_no_place_far_away():
    """Who jumps is neither measured as standing far away nor drawn smaller."""
    source = SOURCE.film(SIDE, DEPTH)
    quiet = measure(source, "lowest", 0.5, "a")
    source[50:54, :, 1] -= 150
    jumping = measure(source, "lowest", 0.5, "a")
    assert jumping.far == pytest.approx(quiet.far, abs=1)
    assert jumping.height_far == pytest.approx(quiet.height_far, rel=0.02)
    result, fit = normalize(source, TARGET.film(SIDE, 2 * DEPTH), alpha=0.5)
    heights = np.ptp(result[:, [layout.NOSE, layout.LEFT_ANKLE], 1], axis=1)
    standing = np.ptp(source[:, [layout.NOSE, layout.LEFT_ANKLE], 1], axis=1)
    low = min(fit.scale_far, fit.scale_near)
    assert (heights[50:54] / standing[50:54]).min() >= low - 1e-3


def test_a_jump_is_as_high_as_the_body_is_large():
    """However narrow the range of the target's rows is that the dance is put into."""
    source = SOURCE.film(SIDE, DEPTH)
    source[50:54, :, 1] -= 150
    quiet = SOURCE.film(SIDE, DEPTH)
    target = TARGET.film(SIDE, 6 + 0.2 * (DEPTH - 4))
    (jump, fit), (flat, _) = normalize(source, target, alpha=0.5), normalize(quiet, target, alpha=0.5)
    assert fit.slope < 0.5 * fit.scale_far
    risen = (flat - jump)[50:54, layout.LEFT_ANKLE, 1]
    rows = source[50:54, layout.LEFT_ANKLE, 1]
    beyond = fit.source.far - rows
    assert (risen >= fit.scale_far * beyond - 1e-2).all() and (beyond > 0).all()


def test_a_clip_that_is_upside_down_is_told_from_one_without_feet():
    turned = SOURCE.film(SIDE, DEPTH)
    turned[..., 1] = 480 - turned[..., 1]
    with pytest.raises(UserError, match="head is below its feet in all of the 300 frames .* turn the video upright"):
        measure(turned, "lowest", 0.7, "tango")


def test_a_few_wrong_detections_do_not_change_the_fit():
    source = SOURCE.film(SIDE, DEPTH)
    clean = measure(source, "lowest", 0.5, "a")
    source[[7, 150], layout.LEFT_ANKLE, 1] += 400
    wrong = measure(source, "lowest", 0.5, "a")
    assert wrong.near == pytest.approx(clean.near, abs=1)
    assert wrong.height_near == pytest.approx(clean.height_near, rel=0.01)


def test_crouching_near_the_camera_gives_way_to_the_overall_height():
    source = SOURCE.film(SIDE, DEPTH)
    near = DEPTH < 3.5
    source[near, layout.NOSE, 1] += 150
    stance = measure(source, "lowest", 1.0, "a")
    standing = np.ptp(source[~near][:, [layout.NOSE, layout.LEFT_ANKLE], 1], axis=1)
    assert stance.height_near == pytest.approx(standing.max(), rel=0.02)


def test_foot_definitions():
    clip = np.zeros((4, 137, 3), np.float32)
    clip[:, [layout.LEFT_ANKLE, layout.RIGHT_ANKLE]] = [[1, 100, 0.9], [2, 110, 0.8]]
    clip[1, layout.RIGHT_ANKLE, 2] = 0
    clip[2:, layout.LEFT_ANKLE] = 0
    clip[3] = 0
    clip[:, layout.LEFT_EAR] = 500, 500, 1  # another joint's confidence must not count
    np.testing.assert_array_equal(foot_rows(clip, "lowest"), [110, 100, 110, np.nan])
    np.testing.assert_array_equal(foot_rows(clip, "mean"), [105, np.nan, np.nan, np.nan])


def test_unseen_feet_are_interpolated_over_time():
    x, z = np.linspace(-0.3, 0.3, 300), np.linspace(3.2, 4.8, 300)
    source, target = SOURCE.film(x, z), TARGET.film(x, 2 * z)
    full, _ = normalize(source, target)
    source[140:150, [layout.LEFT_ANKLE, layout.RIGHT_ANKLE]] = 0
    result, fit = normalize(source, target)
    seen = source[140:150, :, 2] > 0
    np.testing.assert_allclose(result[140:150][seen], full[140:150][seen], atol=0.5)
    assert (result[140:150][~seen] == 0).all()
    assert fit.source.coverage == pytest.approx(290 / 300)


@pytest.mark.parametrize("foot", FEET)
def test_a_source_that_stays_in_one_place_gets_one_scale_and_a_flag(foot):
    trembling = np.random.default_rng(0).normal(0, 0.002, 300)
    source = SOURCE.film(SIDE, 4 + trembling, dance())
    target = TARGET.film(SIDE, 2 * DEPTH)
    result, fit = normalize(source, target, foot)
    assert fit.scale_near == fit.scale_far
    row = np.median(foot_rows(target, foot))
    assert np.abs(foot_rows(result, foot) - row).max() < 2
    heights = foot_rows(result, foot) - result[:, layout.NOSE, 1]
    truth = TARGET.focal * TARGET.size * 0.9 / (TARGET.focal * TARGET.eye / (row - TARGET.horizon))
    assert heights.mean() == pytest.approx(truth, rel=0.03)
    assert len(fit.warnings) == 1 and "of the source" in fit.warnings[0] and " px" in fit.warnings[0]


def test_one_frame_and_motionless_clips_behave():
    one = SOURCE.film([0.0], [4.0])
    result, fit = normalize(one, TARGET.film([0.0] * 3, [6.0] * 3))
    assert np.isfinite(result).all()
    np.testing.assert_allclose(result, TARGET.film([0.0], [6.0]) * np.float32([1, 1, 1]), atol=0.01)
    assert len(fit.warnings) == 2


def test_doubts_are_told_with_numbers():
    target = TARGET.film(SIDE, 2 * DEPTH)
    source = SOURCE.film(SIDE, DEPTH)
    source[:200, layout.NOSE] = 0
    assert any("33%" in warning for warning in normalize(source, target)[1].warnings)
    source = SOURCE.film(SIDE, DEPTH)
    source[np.abs(DEPTH - 4) > 0.3, layout.NOSE, 1] += 120  # upright only halfway
    assert any("taller" in warning for warning in normalize(source, target)[1].warnings)


@pytest.mark.parametrize("hidden", [[layout.LEFT_ANKLE, layout.RIGHT_ANKLE], [layout.NOSE], range(137)])
def test_feet_never_seen_are_refused(hidden):
    clip = SOURCE.film(SIDE, DEPTH)
    clip[:, list(hidden), 2] = 0
    with pytest.raises(UserError, match="feet of dancer cannot be fitted"):
        measure(clip, "lowest", 0.5, "dancer")


def columns_of_feet(joints):
    return joints[:, [layout.LEFT_ANKLE, layout.RIGHT_ANKLE], 0].mean(axis=1)


def test_a_dance_where_the_target_stands_is_not_moved():
    target = TARGET.film(0.6 * np.sin(T), 2 * DEPTH)
    dancing = TARGET.film(0.3 * np.cos(T), 2 * DEPTH)
    moved, shift, steps = place_sideways(dancing, target, 500)
    assert (shift, steps) == (0, 1)
    np.testing.assert_array_equal(moved, dancing)


@pytest.mark.parametrize("offset", [-160, 160])
def test_a_dance_elsewhere_moves_to_where_the_target_stands_and_no_farther(offset):
    target = TARGET.film(0.6 * np.sin(T), 0 * T + 8)
    dancing = TARGET.film(0.3 * np.cos(T), 0 * T + 8) + np.float32([offset, 0, 0])
    moved, shift, steps = place_sideways(dancing, target, 500)
    assert steps == 1
    np.testing.assert_allclose(moved[..., 0] - dancing[..., 0], shift, atol=1e-3)
    feet, there = columns_of_feet(moved), columns_of_feet(target)
    assert there.min() - 1 <= feet.min() and feet.max() <= there.max() + 1
    touching = feet.min() - there.min() if offset < 0 else there.max() - feet.max()
    assert touching == pytest.approx(0, abs=1)


def test_a_dance_too_wide_for_the_picture_keeps_its_shape_in_shorter_steps():
    target = TARGET.film(0.1 * np.sin(T), 0 * T + 8)
    dancing = TARGET.film(4 * np.sin(T), 0 * T + 8, dance())
    moved, _, steps = place_sideways(dancing, target, 500)
    assert 0.3 < steps < 0.8
    assert share_outside(moved[:, [layout.NOSE, layout.LEFT_ANKLE]], 500, 1000) < 0.03
    before, after = columns_of_feet(dancing)[:, None], columns_of_feet(moved)[:, None]
    np.testing.assert_allclose(moved[..., 0] - after, dancing[..., 0] - before, atol=1e-3)
    np.testing.assert_allclose(np.ptp(after), steps * np.ptp(before), rtol=1e-3)


def test_whole_picture_is_scaled_and_centred():
    joints = np.zeros((2, 137, 3), np.float32)
    joints[:, 3] = [[100, 50, 0.5], [20, 200, 0.6]]
    result = place_whole_picture(joints, (200, 400), (300, 200))
    np.testing.assert_allclose(result[:, 3], [[150, 25, 0.5], [110, 100, 0.6]], atol=1e-5)
    assert (np.delete(result, 3, axis=1) == 0).all()


def test_nothing_given_is_changed():
    source, target = SOURCE.film(SIDE, DEPTH, dance()), TARGET.film(SIDE, 2 * DEPTH)
    copies = source.copy(), target.copy()
    result, _ = normalize(source, target)
    place_sideways(result, target, 500)
    np.testing.assert_array_equal(source, copies[0])
    np.testing.assert_array_equal(target, copies[1])
