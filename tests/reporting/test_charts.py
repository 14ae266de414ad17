import json

import numpy as np

from pipeline.reporting.charts import Chart


def test_data_are_what_json_holds_with_gaps_and_few_digits():
    chart = Chart("SSIM", "frame", [0, 1, 2, 3], {"body": [0.1234567, None, np.nan, np.inf], "face": [1, 2e-7, 3e9, 0]},
                  "dB", True)
    data = chart.data()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["x"] == [0, 1, 2, 3] and data["names"] == ["body", "face"] and data["xLabel"] == "frame"
    assert data["curves"] == [[0.12346, None, None, None], [1, 2e-7, 3e9, 0]]


def test_units_and_which_way_is_better_are_told():
    notes = [Chart("t", "x", [], {}, unit, better).data()["note"]
             for unit, better in (("px", False), ("", True), ("px", None), ("", None))]
    assert notes == ["px, lower is better", "higher is better", "px", ""]
