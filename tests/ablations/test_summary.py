"""Tables of a grid: means and spreads by hand, the paper's rows, gaps."""

import numpy as np
import pytest

from pipeline.ablations.summary import as_markdown, summarize_grid


def run(ssim, flicker=None, psnr=None):
    metrics = {"body": {"ssim": ssim, "lpips_efficientnet_lite0": 2.0}}
    if flicker is not None:
        metrics["temporal"] = {"flicker": flicker}
    if psnr is not None:
        region = {"psnr": psnr, "ssim": 0.5, "lpips_efficientnet_lite0": 1.0}
        metrics["transfer"] = {"tango": {"frame": region, "joints": {"normalized": 3.0, "raw": 9.0}}}
    return metrics


def cell(summary, table, row, column):
    lines = summary[summary["table"].str.contains(table) & (summary["row"] == row) & (summary["column"] == column)]
    assert len(lines) == 1
    return lines.iloc[0]


def test_means_and_deviations_over_seeds():
    summary = summarize_grid({"T.S.": [run(0.7, 1.0, 20.0), run(0.8, 3.0, 22.0), run(0.9, 5.0, 27.0)]})
    body = cell(summary, "Table 1", "T.S.", "SSIM")
    assert body["mean"] == pytest.approx(0.8) and body["deviation"] == pytest.approx(0.1) and body["seeds"] == 3
    assert cell(summary, "Over time", "T.S.", "flicker")["deviation"] == pytest.approx(2.0)
    assert cell(summary, "tango", "T.S.", "whole frame PSNR")["mean"] == pytest.approx(23.0)
    assert cell(summary, "tango", "T.S.", "joints px")["mean"] == 3.0


def test_one_seed_has_no_deviation_and_a_missing_measure_counts_less():
    summary = summarize_grid({"a": [run(0.7, 1.0)], "b": [run(0.6), run(0.8, 2.0)]})
    assert np.isnan(cell(summary, "Table 1", "a", "SSIM")["deviation"])
    assert cell(summary, "Over time", "b", "flicker")["seeds"] == 1


def test_the_papers_rows_stand_first_in_its_four_tables():
    summary = summarize_grid({"a": [run(0.7)]})
    for number in (1, 2, 3, 4):
        rows = summary[summary["table"].str.startswith(f"Table {number}")]["row"].tolist()
        assert list(dict.fromkeys(rows)) == ["paper: pix2pixHD", "paper: T.S.", "paper: T.S. + Face", "a"]
    assert cell(summary, "Table 2", "paper: T.S. + Face", "SSIM")["mean"] == 0.83046


def test_an_invented_measure_has_columns(invented):
    metrics = run(0.7, psnr=20.0)
    metrics["body"]["brightness"] = metrics["transfer"]["tango"]["frame"]["brightness"] = 3.0
    summary = summarize_grid({"a": [metrics]})
    assert cell(summary, "Table 1", "a", "Brightness")["mean"] == 3
    assert cell(summary, "tango", "a", "whole frame Brightness")["mean"] == 3


def test_markdown_has_a_row_a_run_and_says_what_is_not_known():
    text = as_markdown(summarize_grid({"plain": [run(0.7), run(0.8)]}))
    line = next(line for line in text.splitlines() if line.startswith("| plain"))
    assert line.startswith("| plain | 0.75 ± 0.071 | - | 2 ± 0 |")
    widths = {
        table: {line.count("|") for line in table.splitlines() if line.startswith("|")} for table in text.split("###")
    }
    assert all(len(counts) <= 1 for counts in widths.values())
