import json

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation.records import flat, plots, summarize, to_table, unmeasured, write_plots

LPIPS = "lpips_alex"
FULL = {measure: 1.0 for columns in plots(LPIPS).values() for measure in columns.values()}


def records():
    """Three frames: the face is seen in two of them, hands in none, and the first has no pair."""
    first = (
        {"frame": 10, "time": 0.4} | FULL | {"body.ssim": 0.5, "face.ssim": 0.25, "missed_detections.body": 3}
    )
    first = {key: value for key, value in first.items() if not key.startswith("temporal.")}
    second = {"frame": 11, "time": 0.44} | FULL | {"body.ssim": 0.7, "face.ssim": 0.75}
    third = {"frame": 12, "time": 0.48} | FULL | {"body.ssim": 0.9, "face.ssim": None, f"face.{LPIPS}": None}
    for record in (first, second, third):
        record["pose_distance.hands"] = None
    return [first, second, third]


def test_means_are_over_the_frames_that_have_the_value():
    metrics = summarize(to_table(records(), LPIPS))
    means = FULL | {"body.ssim": 0.7, "face.ssim": 0.5, "missed_detections.body": 5 / 3}
    del means["pose_distance.hands"]
    assert {key: value for key, value in flat(metrics).items() if not key.startswith("frames.")} == pytest.approx(means)
    assert metrics["frames"] == {
        "held_out": 3, "body": 3, "face": 2, "pairs": 2,
        "pose_distance": {"body": 3, "face": 3, "hands": 0, "overall": 3},
    }  # fmt: skip


def test_what_no_frame_has_is_left_out_and_said():
    metrics = summarize(to_table(records(), LPIPS))
    assert set(metrics["pose_distance"]) == {"body", "face", "overall"}
    json.dumps(metrics, allow_nan=False)
    assert unmeasured(metrics) == [
        "pose distance of hands: in no held-out frame did the detector find such a joint in both the real "
        "and the generated picture"
    ]


def test_frames_without_any_value():
    table = to_table([{"frame": 0, "time": 0.0, "missed_detections.body": 0}], LPIPS)
    metrics = summarize(table)
    assert "body" not in metrics and "face" not in metrics and "temporal" not in metrics
    assert [sentence.split(":")[0] for sentence in unmeasured(metrics)] == [
        "body, face crop", "pose distance of body, face, hands, overall", "temporal",
    ]  # fmt: skip


def test_keys_are_the_same_whatever_the_order_of_a_record():
    shuffled = [dict(reversed(record.items())) for record in records()]
    assert json.dumps(summarize(to_table(shuffled, LPIPS))) == json.dumps(
        summarize(to_table(records(), LPIPS))
    )


def test_what_no_measure_declares_is_an_error():
    told = r"declared by no measure in pipeline/evaluation/registry.py: body.undeclared$"
    with pytest.raises(ValueError, match=told):
        to_table([*records(), FULL | {"frame": 13, "time": 0.5, "body.undeclared": 1.0}], LPIPS)


def test_columns_are_frame_time_and_the_keys_in_order():
    assert list(to_table([], LPIPS)) == ["frame", "time", *sorted(FULL)]


def test_table_keeps_its_values_in_parquet(tmp_path):
    table = to_table(records(), LPIPS)
    table.to_parquet(tmp_path / "table.parquet", index=False)
    read = pd.read_parquet(tmp_path / "table.parquet")
    assert read["frame"].tolist() == [10, 11, 12]
    assert read["face.ssim"].tolist()[:2] == [0.25, 0.75] and np.isnan(read["face.ssim"][2])


def test_plots_have_one_row_a_frame_and_gaps_where_nothing_was_measured(tmp_path):
    write_plots(tmp_path, to_table(records(), LPIPS))
    assert {path.name for path in tmp_path.iterdir()} == {f"{plot.name}.json" for plot in plots(LPIPS)}
    assert json.loads((tmp_path / "ssim.json").read_text()) == [
        {"frame": 10, "body": 0.5, "face": 0.25},
        {"frame": 11, "body": 0.7, "face": 0.75},
        {"frame": 12, "body": 0.9, "face": None},
    ]
