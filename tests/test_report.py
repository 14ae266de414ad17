"""The report stage on files as the stages before it leave them."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from pipeline.evaluation import registry
from pipeline.evaluation.records import plots
from pipeline.evaluation.summary import verdict
from pipeline.report import lpips_note, main
from pipeline.user.cli import UserError
from tests.reported import HEIGHT, HELD_OUT, LPIPS, WIDTH, add_scores, joints_of, make_reported, write_params

EMPTY = {"meta", "img", "br", "link", "input"}


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
        if not {"style", "script"} & set(self.open):
            self.text += data


@pytest.fixture
def workspace(tmp_path, monkeypatch, default_params):
    """A project's folder after every stage but the report, of two sources; the current folder."""
    monkeypatch.chdir(tmp_path)
    make_reported(tmp_path, default_params)
    return tmp_path


@pytest.fixture
def scored(workspace):
    """The workspace after an evaluation in which tango, of the two sources, had a truth; its metrics."""
    return add_scores(workspace)


def data_of(html, of):
    """What the page's script gets for every element of a class, in order."""
    pattern = f'class="{of}"[^>]*><script type="application/json">(.*?)</script>'
    return [json.loads(found) for found in re.findall(pattern, html, re.DOTALL)]


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
        "72x128",
        "Synthetic: ",
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
    tango, polka, held_out = data_of(html, "player")
    assert [panel["name"] for panel in tango["panels"]] == ["source", "pose", "result"]
    assert [panel["name"] for panel in held_out["panels"]] == ["real", "pose", "generated"]
    assert (tango["frames"], polka["frames"], held_out["frames"]) == (30, 12, HELD_OUT)
    assert [chart["title"] for chart in tango["charts"]] == ["How unlike any pose that the target shows"]
    assert tango["worst"][0]["frame"] == 29 and tango["worstBy"] == "poses unlike any that the target shows"
    assert len(held_out["charts"]) == len(plots(LPIPS))
    assert all(chart["x"] == list(range(HELD_OUT)) for chart in held_out["charts"])
    (losses,), (samples,) = data_of(html, "standing-charts"), data_of(html, "samples")
    assert [chart["title"] for chart in losses] == [
        "discriminators", "L1 to the real frame (not trained on)", "learning rate"]  # fmt: skip
    assert losses[1]["note"] == "lower is better" and losses[1]["curves"] == [[1.0, 0.5, 0.33333]]
    assert [sample["step"] for sample in samples] == [1, 2, 3]
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
    assert re.fullmatch(r"all of it on one page: reports/index.html, [0-9.]+ MB", last)


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
    assert "tango: the normalized joints are" in page.text
    tango, polka, _ = data_of(html, "player")
    assert [chart["x"] for chart in tango["charts"]] == [[0, 6, 12, 18, 24]] * len(measures) + [[*range(30)]]
    assert tango["charts"][0]["names"][0] == "result" and len(polka["charts"]) == 1
    table = pd.read_parquet("reports/per_frame_transfer.parquet")
    worst = table.sort_values(f"mask.{LPIPS}", ascending=False)["frame"].tolist()
    assert tango["worst"][0]["frame"] == worst[0]
    shown = [each["frame"] for each in tango["worst"]]
    assert min(np.diff(sorted(shown))) >= 12  # not twice the same moment
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
    tango, _, held_out = data_of(html, "player")
    assert [chart["title"] for chart in held_out["charts"]].count("how bright a crop is") == 1
    assert [chart["title"] for chart in tango["charts"]].count("Person against the truth: Brightness") == 1


def test_without_any_truth_there_is_no_such_section(workspace):
    main()
    assert "truth" not in Page((workspace / "reports/index.html").read_text()).text


@pytest.mark.parametrize("missing", ["reports/per_frame_transfer.parquet", "reports/evaluate/transfer/tango.png"])
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
    assert len(set(links)) == 2
    for link in links:
        assert (workspace / "reports" / link).is_file()


def test_same_inputs_same_page_of_moderate_size(workspace):
    main()
    first = {path: path.read_bytes() for path in made_by(workspace)}
    main()
    assert {path: path.read_bytes() for path in made_by(workspace)} == first
    assert len(first[workspace / "reports/index.html"]) < 3e6


def made_by(workspace):
    return [workspace / "reports/index.html", *sorted((workspace / "reports/player").iterdir())]


def test_large_videos_lie_beside_the_page(workspace, monkeypatch):
    monkeypatch.setattr("pipeline.report.MAILED", 1000)
    main()
    players = data_of((workspace / "reports/index.html").read_text(), "player")
    assert [each["video"] for each in players] == [
        "player/transfer_tango.mp4", "player/transfer_polka.mp4", "player/held_out.mp4"]  # fmt: skip
    assert all((workspace / "reports" / each["video"]).is_file() for each in players)


def test_what_is_zoomed_to_is_where_the_poses_are(workspace):
    main()
    tango = data_of((workspace / "reports/index.html").read_text(), "player")[0]
    joints = joints_of(30, WIDTH, HEIGHT)
    places = tango["zooms"][""]
    assert places["left_hand"][:15] == [None] * 15 and None not in places["left_hand"][15:]
    x, y, side = np.array(places["face"]).T * HEIGHT
    face = joints[:, 25:95, :2]
    assert np.abs(x - np.median(face[..., 0], axis=1)).max() < side.max() / 8
    assert np.abs(y - np.median(face[..., 1], axis=1)).max() < side.max() / 8
    x, y, side = np.array(places["body"]).T * HEIGHT
    corners = [joints[..., :2].min(axis=1), joints[:, :, :2].max(axis=1)]
    assert (side >= np.max(corners[1][20:] - corners[0][20:])).all()


def test_the_page_says_what_it_was_made_of(workspace, default_params):
    default_params["train"]["steps"] = 7
    write_params(workspace, default_params)
    main()
    page = Page((workspace / "reports/index.html").read_text())
    assert ["train.steps", "7", "100"] in page.rows
    assert ["target's video, SHA-256", "0123456789ab…"] in page.rows and ["seed", "0"] in page.rows
    assert "lambda_vgg: 5.0" in page.text


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
