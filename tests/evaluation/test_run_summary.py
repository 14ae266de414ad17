"""The few numbers that a run is compared by, and the sentence that they make."""

import copy

import pytest

from pipeline.evaluation.summary import numbers, summarize, verdict

SCORES = {"psnr": 18.0, "ssim": 0.6, "lpips_alex": 0.4}
WORSE = {"psnr": 12.0, "ssim": 0.3, "lpips_alex": 0.9}
REGIONS = ("frame", "box", "mask")
METRICS = {
    "body": {"ssim": 0.87, "lpips_alex": 0.03},
    "face": {"ssim": 0.78, "lpips_alex": 0.04},
    "frames": {"held_out": 54},
    "pose_distance": {"body": 1.3, "face": 0.9, "hands": 3.8, "overall": 1.2},
    "missed_detections": {"body": 0.0, "face": 1.0, "hands": 36.2, "overall": 37.2},
    "temporal": {"flicker": 0.3, "warp_error": 0.9, "warp_error_real": 0.7},
    "transfer": {"tango": dict.fromkeys(REGIONS, SCORES) | {
        "baselines": {"nearest_pose": dict.fromkeys(REGIONS, WORSE), "mean_frame": dict.fromkeys(REGIONS, WORSE)},
        "joints": {"normalized": 3.1, "raw": 16.0, "ratio": 5.2},
    }},
}


def test_about_ten_numbers_each_with_its_place_unit_and_direction():
    found = {number.key: number for number in numbers(METRICS)}
    assert set(found) == {
        "body.ssim", "body.lpips_alex", "face.ssim", "face.lpips_alex", "pose_distance.overall",
        "missed_detections.body", "missed_detections.face", "missed_detections.hands", "temporal.warp_error",
        "transfer.tango.mask.ssim", "transfer.tango.mask.lpips_alex",
    }
    assert {key for key, number in found.items() if number.higher_is_better} == {key for key in found if "ssim" in key}
    assert found["pose_distance.overall"].unit == "px"
    assert [found[f"missed_detections.{group}"].joints for group in ("body", "face", "hands")] == [23, 70, 42]
    assert [key for key, number in found.items() if number.is_weak] == ["missed_detections.hands"]


def test_the_summary_holds_the_same_values_in_the_same_places_as_all_metrics():
    def leaves(tree, place=()):
        for key, value in tree.items():
            yield from leaves(value, (*place, key)) if isinstance(value, dict) else [((*place, key), value)]

    everything, few = dict(leaves(METRICS)), dict(leaves(summarize(METRICS)))
    assert len(few) == 11
    assert few.items() <= everything.items()


def test_what_was_not_measured_is_left_out():
    assert summarize({"frames": {"held_out": 3}, "body": {"ssim": 0.5}}) == {"body": {"ssim": 0.5}}


def test_the_verdict_names_the_weakest_part_and_who_is_not_beaten():
    assert verdict(METRICS) == ("tango beats every baseline by every measure; weak: hands, 36.2 of 42 joints "
                                "missed a frame.")
    metrics = copy.deepcopy(METRICS)
    metrics["transfer"]["tango"]["baselines"]["nearest_pose"] = dict.fromkeys(REGIONS, WORSE) | {"mask": SCORES}
    metrics["missed_detections"]["hands"] = 4.2
    assert verdict(metrics) == ("tango does not beat the nearest pose everywhere; of body, face and hands at most a "
                                "tenth of the joints is missed.")


@pytest.mark.parametrize(("missed", "weak"), [(2.3, False), (2.4, True), (23.0, True)])
def test_a_part_is_weak_from_a_tenth_of_its_joints_on(missed, weak):
    (number,) = numbers({"missed_detections": {"body": missed}})
    assert number.is_weak == weak
