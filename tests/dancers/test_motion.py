import numpy as np
import pytest
from ruamel.yaml import YAML

from dancers.assets import shape_body
from dancers.motion import MOTIONS, load_motions
from dancers.skeleton import Skeleton
from pipeline.user.cli import UserError

NAMES = list(load_motions())
SECONDS = 30


@pytest.fixture(scope="module")
def motions():
    return load_motions()


@pytest.fixture
def dancer(template, body):
    """A skeleton, and where its bone heads (J, 3) are in a pose."""
    rest, heads = body
    skeleton = Skeleton(template.bones, template.parents, heads)
    sole = rest[np.unique(template.faces["body"]), 2].min()
    return skeleton, lambda pose: skeleton.positions(skeleton.solve(pose, sole))


def feet(motion, times):
    """(frames, 2 feet, 5): x, y, lift, yaw, pitch."""
    poses = [motion.pose(t) for t in times]
    return np.array([[[foot.x, foot.y, foot.lift, foot.yaw, foot.pitch] for foot in (pose.feet["L"], pose.feet["R"])]
                     for pose in poses])


@pytest.mark.parametrize("name", NAMES)
def test_feet_stay_exactly_where_they_are_down(motions, name):
    track = feet(motions[name], np.arange(0, SECONDS, 1 / 100))
    down = track[:, :, 2] < 1e-12
    both = down[1:] & down[:-1]
    moved = np.abs(np.diff(track[:, :, [0, 1, 3]], axis=0)).max(axis=2)
    assert both.any(axis=0).all()
    assert moved[both].max() < 1e-9
    assert down.any(axis=1).all()  # never both in the air


@pytest.mark.parametrize("name", NAMES)
def test_feet_are_never_below_the_floor(motions, name):
    assert feet(motions[name], np.arange(0, SECONDS, 1 / 50))[:, :, 2].min() > -1e-12


@pytest.mark.parametrize("name", NAMES)
def test_dancers_reach_their_footsteps(motions, dancer, name):
    skeleton, positions = dancer
    hips, ankles = ([skeleton.bones.index(f"{bone}.{side}") for side in "LR"] for bone in ("upperleg01", "foot"))
    for time in np.arange(0, SECONDS, 0.2):
        pose = motions[name].pose(time)
        places = positions(pose)
        assert np.linalg.norm(places[hips] - places[ankles], axis=1).max() < 0.9995 * skeleton.leg_length
        for side, ankle in zip("LR", places[ankles], strict=True):
            foot = pose.feet[side]
            if foot.lift == 0 and foot.pitch == 0:
                np.testing.assert_allclose(ankle[:2] / skeleton.leg_length, [foot.x, foot.y], atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_velocity_is_continuous(motions, wheel, template, shape, name):
    """In a quarter of the time the speed changes by about a quarter; over a jerk it would change by as much."""
    skeleton = Skeleton(template.bones, template.parents, shape_body(wheel, template, shape)[1])

    def largest_change(step):
        track = np.array([skeleton.positions(skeleton.solve(motions[name].pose(t), 0)) for t in np.arange(3, 6, step)])
        return np.abs(np.diff(track, n=2, axis=0)).max() / step

    coarse, fine = largest_change(1 / 60), largest_change(1 / 240)
    assert fine < 0.4 * coarse
    assert coarse < 1.5  # m/s from one frame of 60 a second to the next


def test_a_pose_depends_on_nothing_but_the_time(motions):
    again = load_motions()
    late = again["figures"].pose(7.7)
    for time in (3.1, 0.2, 12.9):
        again["figures"].pose(time)
    assert again["figures"].pose(7.7) == late == motions["figures"].pose(7.7)


def test_travel_goes_towards_the_camera_and_away(motions):
    depth = np.array([motions["travel"].pose(t).pelvis[1] for t in np.arange(0, 20, 0.1)])
    assert depth.min() < -0.9
    assert depth.max() > 1.1


def test_turns_turns_all_the_way_round(motions):
    heading = np.degrees([motions["turns"].pose(t).hips[0] for t in np.arange(0, 8, 0.1)])
    assert heading.max() > 320
    assert heading.min() < 20


def test_clips_of_the_default_pair_look_at_the_camera(motions):
    for name in ("solo", "dance"):
        heading = np.degrees([motions[name].pose(t).hips[0] for t in np.arange(0, 15, 0.1)])
        assert np.abs(heading).max() < 45
        depth = [motions[name].pose(t).pelvis[1] for t in np.arange(0, 15, 0.1)]
        assert np.ptp(depth) > 1


def test_figures_are_reached_on_the_beat_while_both_feet_stand(tmp_path):
    motion = described(tmp_path, {"beat": 1, "steps": {}, "path": {"y": [0, [0.5, 8, 0]]},
                                  "figures": {"after": 3, "order": ["bend"]}})
    reached = motion.pose(4.0)
    assert np.degrees(reached.spine[0]) == pytest.approx(50)
    assert np.degrees(motion.pose(2.9).spine[0]) == pytest.approx(2)
    assert np.degrees(motion.pose(5.0).spine[0]) == pytest.approx(2)
    standing = feet(motion, np.linspace(3, 5, 20))
    np.testing.assert_array_equal(standing, np.tile(standing[0], (20, 1, 1)))


def test_a_mirrored_figure_exchanges_left_and_right(tmp_path):
    left, right = (described(tmp_path, {"beat": 1, "figures": {"after": 0, "order": [figure]}}).pose(1.0)
                   for figure in ("kick", "kick_right"))
    assert left.arms["L"] == right.arms["R"]
    assert left.spine[1] == -right.spine[1] != 0
    assert left.feet["L"].x == pytest.approx(-right.feet["R"].x)
    assert left.feet["L"].lift == right.feet["R"].lift == 0.4


def described(folder, motion):
    """A motion of a file of its own with three figures."""
    file = folder / "motions.yaml"
    figures = {"bend": [{"beats": 1, "spine": {"bend": 50}}, {"beats": 1}],
               "kick": [{"beats": 1, "left_foot": {"front": 0.5, "lift": 0.4}, "left_arm": {"up": 70},
                         "spine": {"side": 5}}, {"beats": 1}],
               "kick_right": {"mirror": "kick"}}
    YAML().dump({"figures": figures, "motions": {"one": motion}}, file)
    return load_motions(file)["one"]


@pytest.mark.parametrize(("change", "complaint"), [
    ({"tempo": 3}, "motion one in motions.yaml has the unknown key tempo"),
    ({"body": {"tail": {"up": 3}}}, "body of motion one in motions.yaml has the unknown key tail"),
    ({"body": {"arms": {"raise": 3}}}, "arms of body of motion one in motions.yaml has the unknown key raise"),
    ({"body": {"feet": {"front": 1}}}, "only figures can"),
    ({"figures": {"after": 3, "order": ["pirouette"]}}, "names the figure pirouette, which is not under figures"),
    ({"steps": {}, "figures": {"after": 2.5, "order": ["bend"]}}, r"after in figures of motion one .* is 2\.5"),
    ({"steps": {"size": 3}}, "steps of motion one in motions.yaml has the unknown key size"),
])
def test_a_wrong_description_is_a_user_error(tmp_path, change, complaint):
    with pytest.raises(UserError, match=complaint):
        described(tmp_path, {"beat": 0.5, **change})


def test_a_figure_must_lead_back_to_the_dance(tmp_path):
    file = tmp_path / "motions.yaml"
    YAML().dump({"figures": {"bend": [{"beats": 1, "spine": {"bend": 50}}]}, "motions": {}}, file)
    with pytest.raises(UserError, match=r"the last key of figure bend in motions\.yaml must have no channels"):
        load_motions(file)


def test_every_figure_is_danced_by_some_motion():
    content = YAML(typ="safe").load(MOTIONS)
    danced = {figure for motion in content["motions"].values() for figure in motion.get("figures", {}).get("order", [])}
    assert danced == set(content["figures"])
