"""The list of measures: nothing in it hides another."""

from collections import Counter

import pytest

from pipeline.evaluation import registry


@pytest.mark.parametrize("lpips", ["lpips_alex", "stlpips_alex"])
def test_no_two_values_share_a_key_a_curve_or_a_column(lpips):
    places = Counter()
    for measure in registry.of_held_out(lpips):
        for value in measure.values:
            places.update([
                value.key, (measure.plot.name, value.curve), (value.table, value.column), ("frames", value.count),
            ])
    del places["frames", ""]  # not counted
    places.update(measure.name for measure in registry.of_regions(lpips))
    assert set(places.values()) == {1}


def test_a_plot_has_one_title():
    plots = {measure.plot for measure in registry.of_held_out("lpips_alex")}
    assert len({plot.name for plot in plots}) == len(plots)


def test_what_may_be_unmeasured_says_why():
    for measure in registry.of_held_out("lpips_alex"):
        assert bool(measure.unmeasured) == any(value.count for value in measure.values)


@pytest.mark.parametrize(("keys", "name"), [
    (["body.ssim", "body.lpips_vgg"], "lpips_vgg"), (["transfer.tango.mask.lpips_squeeze"], "lpips_squeeze"),
    (["body.ssim", "face.stlpips_alex"], "stlpips_alex"),
    (["body.ssim"], "lpips_alex"),
])  # fmt: skip
def test_finds_lpips_among_keys(keys, name):
    assert registry.lpips_in(keys) == name
