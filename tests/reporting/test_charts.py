import base64
from xml.etree import ElementTree

import numpy as np

from pipeline.reporting.charts import Chart, charts_uri

CHARTS = [
    Chart("one curve", "step", {"loss": ([0, 10, 20], [3.0, 2.0, 1.0])}),
    Chart("two curves", "frame", {"body": ([0, 1, 2], [0.1, None, 0.3]), "face": ([0, 1, 2], [np.nan] * 3)}),
]


def svg(uri):
    prefix = "data:image/svg+xml;base64,"
    assert uri.startswith(prefix)
    return ElementTree.fromstring(base64.b64decode(uri.removeprefix(prefix)))


def texts(element):
    return [node.text for node in element.iter("{http://www.w3.org/2000/svg}text")]


def test_shows_titles_axes_and_a_legend_only_where_there_is_a_choice():
    shown = texts(svg(charts_uri(CHARTS)))
    assert {"one curve", "two curves", "step", "frame", "body", "face"} <= set(shown)
    assert "loss" not in shown and "not measured" not in shown


def test_says_so_where_there_is_nothing_to_draw():
    assert "not measured" in texts(
        svg(charts_uri([Chart("empty", "frame", {"body": ([0, 1], [None, None])})]))
    )


def test_same_data_same_bytes():
    assert charts_uri(CHARTS) == charts_uri(CHARTS)
    assert charts_uri(CHARTS) != charts_uri(CHARTS[:1])
