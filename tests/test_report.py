"""The report stage on files as the stages before it leave them."""

import base64
import json
import os
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from dvclive import Live
from ruamel.yaml import YAML

from pipeline.evaluation import registry
from pipeline.evaluation.against_truth import frame_table, summarize_sources
from pipeline.evaluation.records import plots, summarize, to_table, write_plots
from pipeline.evaluation.summary import verdict
from pipeline.report import lpips_note, main
from pipeline.runtime.files import write_json
from pipeline.runtime.pictures import write_picture
from pipeline.user.cli import UserError

LPIPS = "stlpips_alex"
MINUTES = {"report": 9, "decode@target": 0.25, "decode@polka": 0.25, "train_body": 2.5}  # as they ran
EMPTY = {"meta", "img", "br", "link"}


class Page(HTMLParser):
    """Collects what a page shows and links to, and checks that its tags close in order."""

    def __init__(self, html):
        super().__init__()
        self.open, self.links, self.rows, self.text = [], [], [], ""
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"td", "th"} & set(self.open):
            self.rows[-1].append(data)
        if "style" not in self.open:
            self.text += data


@pytest.fixture
def workspace(tmp_path, monkeypatch, default_params):
    """A project's folder after every stage but the report, of two sources; the current folder."""
    monkeypatch.chdir(tmp_path)
    default_params["sources"] = {"tango": {"video": "tango.mp4"}, "polka": {"video": "polka.mp4"}}
    write_params(tmp_path, default_params)
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (64, 160, 3), np.uint8)

    write_json(tmp_path / "data/frames/target.json", {"width": 288, "height": 512})
    for name in ("target", "tango", "polka"):
        coverage = {"body": 1.0, "face": 0.5, "left_hand": 0.25, "right_hand": 0.125}
        write_json(
            tmp_path / f"data/poses/{name}.json", {"detector": "d", "frames": 99, "coverage": coverage}
        )
    fitted = {
        "method": "feet",
        "scale_far": 0.875,
        "scale_near": 1.25,
        "warnings": ["feet seen in <3 % of frames"],
    }
    write_json(tmp_path / "data/normalized/tango.json", fitted)
    write_json(tmp_path / "data/normalized/polka.json", {"method": "none", "warnings": []})
    write_picture(tmp_path / "reports/background/target.jpg", picture)
    for name in ("tango", "polka"):
        write_picture(tmp_path / f"reports/normalize/{name}.png", picture)
        for video in (name, f"{name}_side_by_side"):
            (tmp_path / f"reports/videos/{video}.mp4").parent.mkdir(exist_ok=True)
            (tmp_path / f"reports/videos/{video}.mp4").touch()

    measures = [measure for columns in plots(LPIPS).values() for measure in columns.values()]
    records = [{"frame": t, "time": t / 30} | dict(zip(measures, rng.uniform(size=99), strict=False)) for t in range(5)]
    for record in records:
        record["pose_distance.hands"] = None
    table = to_table(records, LPIPS)
    write_json(tmp_path / "reports/metrics.json", summarize(table))
    write_plots(tmp_path / "reports/plots", table)
    write_picture(tmp_path / "reports/evaluate/frames.png", picture)
    with Live(str(tmp_path / "reports/train_body"), dvcyaml=False, report=None, save_dvc_exp=False) as live:
        for step in range(3):
            live.log_metric("body/l1", 1 / (step + 1))
            live.log_metric("body/d", 0.5)
            live.log_metric("body/learning_rate", 0.1)
            live.next_step()
        live.log_image("body/step_000003.png", picture)
    (tmp_path / "reports/train_face").mkdir()
    (tmp_path / ".minutes").mkdir()
    for age, (stage, minutes) in enumerate(MINUTES.items()):
        (tmp_path / ".minutes" / stage).write_text(str(minutes))
        os.utime(tmp_path / ".minutes" / stage, (age, age))
    return tmp_path


@pytest.fixture
def scored(workspace):
    """The workspace after an evaluation in which tango, of the two sources, had a truth; its metrics."""
    rng = np.random.default_rng(1)
    columns = [name for name in frame_table({}, LPIPS) if "." in name]
    records = [{"frame": t, "time": t / 30} | dict(zip(columns, rng.uniform(size=99), strict=False)) for t in range(5)]
    table = frame_table({"tango": records}, LPIPS)
    table.to_parquet(workspace / "reports/per_frame_transfer.parquet", index=False)
    metrics = json.loads((workspace / "reports/metrics.json").read_text())
    metrics["transfer"] = summarize_sources(table)
    write_json(workspace / "reports/metrics.json", metrics)
    write_picture(workspace / "reports/evaluate/transfer_tango.png", np.full((64, 160, 3), 90, np.uint8))
    return metrics["transfer"]["tango"]


def write_params(folder, params):
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)


def test_page_shows_every_part(workspace, capsys):
    main()
    html = (workspace / "reports/index.html").read_text()
    page = Page(html)
    metrics = json.loads((workspace / "reports/metrics.json").read_text())
    body = next(row for row in page.rows if row[0].startswith("this run (T.S. + Face"))
    values = {value.column: metrics["body"][value.key.removeprefix("body.")]
              for value in registry.held_out_values(LPIPS) if value.table == "Body crop"}  # fmt: skip
    assert values["SSIM"] == metrics["body"]["ssim"] and values[LPIPS] == metrics["body"][LPIPS]
    ssim, *beyond = (f"{value:.5f}" for value in values.values())
    assert body[1:] == [ssim, "–", *beyond]
    assert ["T.S. + Face", "0.89807", "0.03066", *["–"] * len(beyond)] in page.rows
    assert ["tango", "99", "100.0 %", "50.0 %", "25.0 %", "12.5 %"] in page.rows
    for words in (
        "288x512",
        "do not compare",
        "stlpips_alex is LPIPS over another network than the paper's, on a scale of its own.",
        "feet seen in <3 % of frames",
        "0.875",
        "1.250",
        "No warnings",
        "Not measured: pose distance of hands",
        "body",
    ):
        assert words in page.text
    assert "nan" not in page.text.lower()
    for group, joints in (("body", 23), ("face", 70), ("hands", 42)):  # the worst is not left out
        assert f"{metrics['missed_detections'][group]:.3g} of {joints}" in page.text
    assert verdict(metrics) in page.text
    assert html.count("data:image/svg") == 2  # metrics by frame, and losses of the one phase that was trained
    out = capsys.readouterr().out
    for path in (
        "reports/videos/polka.mp4",
        "reports/metrics.json",
        "reports/evaluate/frames.png",
        "reports/index.html",
    ):
        assert path in out
    assert str(workspace) not in out + html
    *_, minutes, sentence, last = out.splitlines()
    assert minutes == "minutes, when each stage last ran here: decode 0.5, train_body 2.5; together 3.0"
    assert sentence == verdict(metrics)
    assert last == "all of it on one page: reports/index.html"


def test_shows_transfers_beside_the_baselines(workspace, scored):
    main()
    html = (workspace / "reports/index.html").read_text()
    page = Page(html)
    results = [row for row in page.rows if row[0] == "result"]
    measures = [measure.name for measure in registry.of_regions(LPIPS)]
    assert measures[:3] == ["psnr", "ssim", LPIPS]
    assert results == [
        ["result", *(f"{scored[region][measure]:.4f}" for measure in measures)]
        for region in ("frame", "box", "mask")
    ]
    nearest = scored["baselines"]["nearest_pose"]["box"]
    assert ["nearest pose", *(f"{nearest[measure]:.4f}" for measure in measures)] in page.rows
    assert "tango: the normalized joints are" in page.text and "Measured against the truth" in page.text
    assert html.count("data:image/svg") == 3  # and by frame of the transfer
    assert "polka: the" not in page.text


def test_a_measure_needs_nothing_but_its_place_in_the_registry(invented, workspace, scored):
    main()
    html = (workspace / "reports/index.html").read_text()
    page = Page(html)
    body = json.loads((workspace / "reports/metrics.json").read_text())["body"]["brightness"]
    for first in ("SSIM", "PSNR"):  # of the crops, of the regions
        assert any(row[0] == first and row[-1] == "Brightness" for row in page.rows)
    for name, value in (("this run (T.S. + Face", f"{body:.5f}"), ("result", f"{scored['mask']['brightness']:.4f}")):
        assert any(row[0].startswith(name) and row[-1] == value for row in page.rows)
    for words in ("Brightness: the mean of a crop (grey levels, higher is better)", "body: mean brightness",
                  f"{body:.3g}", "tango, person against the truth: mean brightness"):
        assert words in page.text
    charts = [base64.b64decode(chart).decode() for chart in re.findall("data:image/svg.xml;base64,([^\"]+)", html)]
    assert sum("how bright a crop is" in chart for chart in charts) == 1  # by frame
    assert sum(">Brightness<" in chart for chart in charts) == 1  # by frame of the transfer


def test_without_any_truth_there_is_no_such_section(workspace):
    main()
    assert "truth" not in Page((workspace / "reports/index.html").read_text()).text


@pytest.mark.parametrize("missing", ["reports/per_frame_transfer.parquet", "reports/evaluate/transfer_tango.png"])
def test_says_what_of_a_transfer_is_missing(workspace, scored, missing):
    (workspace / missing).unlink()
    with pytest.raises(UserError, match=f"{missing} is missing"):
        main()


def test_links_lead_somewhere_and_nothing_comes_from_the_internet(workspace):
    main()
    links = [
        link
        for link in Page((workspace / "reports/index.html").read_text()).links
        if not link.startswith("data:")
    ]
    assert len(set(links)) == 4
    for link in links:
        assert (workspace / "reports" / link).is_file()


def test_same_inputs_same_page_of_moderate_size(workspace):
    main()
    first = (workspace / "reports/index.html").read_bytes()
    main()
    assert (workspace / "reports/index.html").read_bytes() == first
    assert len(first) < 3e6


def test_names_the_row_of_an_ablation(workspace, default_params):
    default_params["train"]["temporal_smoothing"] = False
    default_params["face"]["enabled"] = False
    default_params["train"] |= {"window": "frame", "background": "learned", "references": "none", "ema": 0.0}
    default_params["train"]["generator"] |= {"skips": False, "upsampling": "transpose"}
    write_params(workspace, default_params)
    main()
    assert "this run (pix2pixHD)" in (workspace / "reports/index.html").read_text()


@pytest.mark.parametrize("missing", [
    "reports/metrics.json", "reports/videos/polka_side_by_side.mp4", "reports/normalize/tango.png",
    "reports/background/target.jpg", "reports/plots/ssim.json", "data/poses/target.json",
])  # fmt: skip
def test_says_what_is_missing_and_writes_no_page(workspace, missing):
    (workspace / missing).unlink()
    with pytest.raises(UserError, match=f"{missing} is missing"):
        main()
    assert not (workspace / "reports/index.html").exists()


def test_the_page_says_which_distance_it_shows():
    assert lpips_note("lpips_alex") == ""
    assert "scale of its own" in lpips_note("stlpips_alex") and "untrained" not in lpips_note("stlpips_alex")
    assert "untrained" in lpips_note("lpips_efficientnet_lite0")
