import json

import pytest

from pipeline.evaluation.against_truth import (
    BASELINES,
    frame_table,
    measures_of,
    region_tables,
    summarize_sources,
    verdict,
)
from pipeline.evaluation.measure import REGIONS
from pipeline.evaluation.paper_tables import as_text

LPIPS = "lpips_alex"


def scores(psnr, ssim, lpips, regions=REGIONS):
    return {f"{region}.{name}": value for region in regions
            for name, value in (("psnr", psnr), ("ssim", ssim), (LPIPS, lpips))}  # fmt: skip


def record(
    frame, result=(20, 0.8, 0.1), baseline=(15, 0.6, 0.3), joints=(2.0, 6.0), regions=REGIONS, true=(25, 0.9, 0.05)
):
    others = {f"baselines.{name}.{key}": value for name in BASELINES
              for key, value in scores(*baseline, regions).items()}  # fmt: skip
    others |= {f"true_poses.{key}": value for key, value in scores(*true, regions).items()}
    return {"frame": frame, "time": frame / 30, "joints.normalized": joints[0], "joints.raw": joints[1]} | scores(
        *result, regions
    ) | others


def summary(*records):
    return summarize_sources(frame_table({"tango": records}, LPIPS))["tango"]


def test_means_by_source_nested():
    table = frame_table({"tango": [record(0), record(1, (22, 0.9, 0.2))], "polka": [record(0)]}, LPIPS)
    metrics = summarize_sources(table)
    assert list(metrics) == ["polka", "tango"] and metrics["polka"]["frame"]["psnr"] == 20
    tango = metrics["tango"]
    assert set(tango) == {"frame", "box", "mask", "joints", "baselines", "true_poses"}
    assert set(tango["baselines"]) == set(BASELINES)
    assert tango["true_poses"]["mask"] == pytest.approx({"psnr": 25, "ssim": 0.9, LPIPS: 0.05})
    assert tango["mask"] == pytest.approx({"psnr": 21, "ssim": 0.85, LPIPS: 0.15})
    assert tango["baselines"]["nearest_pose"]["box"] == pytest.approx({"psnr": 15, "ssim": 0.6, LPIPS: 0.3})
    assert tango["joints"] == {"normalized": 2, "raw": 6, "ratio": 3}
    assert table["source"].tolist() == ["tango", "tango", "polka"] and table["frame"].tolist() == [0, 1, 0]


def test_what_no_frame_has_is_left_out():
    metrics = summary(record(0, joints=(None, None), regions=["frame"]))
    assert set(metrics) == {"frame", "baselines", "true_poses"}
    json.dumps(metrics, allow_nan=False)
    results = [[values for _, values in table.rows[-2:]] for table in region_tables("tango", metrics)]
    assert results == [[[25, 0.9, 0.05], [20, 0.8, 0.1]], [[None] * 3] * 2, [[None] * 3] * 2]
    assert verdict("tango", metrics) == ["tango: the result beats every baseline in every region by every measure"]


def test_means_are_over_the_frames_that_have_the_value():
    absent = {key: value for key, value in record(1).items() if not key.startswith(("mask", "baselines.nearest_pose"))}
    metrics = summary(record(0), absent)
    assert metrics["mask"]["psnr"] == 20 and metrics["baselines"]["nearest_pose"]["frame"]["psnr"] == 15


def test_without_any_truth_the_table_is_empty_and_has_all_columns():
    table = frame_table({}, LPIPS)
    assert len(table) == 0 and summarize_sources(table) == {}
    assert list(table) == list(frame_table({"tango": [record(0)]}, LPIPS))


def test_what_no_measure_declares_is_an_error():
    told = r"declared by no measure in pipeline/evaluation/registry.py: mask.undeclared$"
    with pytest.raises(ValueError, match=told):
        frame_table({"tango": [record(0) | {"mask.undeclared": 1.0}]}, LPIPS)


def test_an_invented_measure_takes_part(invented):
    """In it, for which higher is better, the result is as good as one baseline in one region."""
    bright = {f"{region}.brightness": 2.0 for region in REGIONS}
    others = {f"baselines.{name}.{key}": 1.0 for name in BASELINES for key in bright}
    metrics = summary(record(0) | bright | others | {"baselines.mean_frame.box.brightness": 2.0})
    assert region_tables("tango", metrics)[1].columns[-1] == "Brightness"
    sentence = "tango: the result does not beat the mean frame in the person box (Brightness)"
    assert verdict("tango", metrics)[0] == sentence


def test_tables_end_with_the_result_below_what_true_poses_would_make_of_it():
    tables = region_tables("tango", summary(record(0)))
    assert [table.title for table in tables] == ["tango: whole frame", "tango: person box", "tango: person mask"]
    for table in tables:
        assert table.columns == ["PSNR", "SSIM", LPIPS]
        baselines = [(title, [15, 0.6, 0.3]) for title in BASELINES.values()]
        results = [("result from the true poses", [25, 0.9, 0.05]), ("result", [20, 0.8, 0.1])]
        assert table.rows == [*baselines, *results]
    assert as_text(tables[0]).splitlines()[-1].split() == ["result", "20.00000", "0.80000", "0.10000"]
    assert [measure.name for measure in measures_of(summary(record(0)))] == ["psnr", "ssim", LPIPS]


@pytest.mark.parametrize(("key", "value", "sentences"), [
    ("baselines.mean_frame.box.psnr", 20, ["mean frame in the person box (PSNR)"]),
    ("baselines.mean_frame.box.ssim", 0.81, ["mean frame in the person box (SSIM)"]),
    (f"baselines.nearest_pose.frame.{LPIPS}", 0.1, [f"nearest pose in the whole frame ({LPIPS})"]),
    (f"mask.{LPIPS}", 0.5, [f"{name} in the person mask ({LPIPS})" for name in BASELINES.values()]),
])  # fmt: skip
def test_names_every_baseline_that_the_result_does_not_beat(key, value, sentences):
    expected = [f"tango: the result does not beat the {sentence}" for sentence in sentences]
    assert verdict("tango", summary(record(0) | {key: value}))[:-1] == expected


def test_several_places_are_one_sentence():
    worse = record(0) | {"baselines.mean_frame.box.ssim": 0.9, "baselines.mean_frame.mask.ssim": 0.9}
    worse |= {f"baselines.mean_frame.box.{LPIPS}": 0.05}
    places = f"the person box (SSIM, {LPIPS}), the person mask (SSIM)"
    assert verdict("tango", summary(worse))[0] == f"tango: the result does not beat the mean frame in {places}"


def test_says_what_normalization_is_worth():
    assert verdict("tango", summary(record(0)))[1] == (
        "tango: the normalized joints are 2.00 px from the truth, the raw ones 6.00 px, 3.00 times as far"
    )
