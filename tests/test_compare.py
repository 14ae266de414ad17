"""Comparing experiments: what git and DVC hold of them, on one page."""

import json
import re
import subprocess

import numpy as np
import pytest
from ruamel.yaml import YAML

from pipeline import compare
from pipeline.runtime.files import write_json
from pipeline.user.cli import UserError
from pipeline.video.encode import video_writer
from tests.tiny_project import commit, succeed

METRICS = {"body": {"ssim": 0.8, "lpips_alex": 0.2}, "missed_detections": {"body": 0.0, "face": 1.0, "hands": 2.0}}


def write(folder, params, ssim, grey, frames=8):
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)
    write_json(folder / "reports/metrics.json", METRICS | {"body": METRICS["body"] | {"ssim": ssim}})
    with video_writer(folder / "reports/videos/dancer.mp4", 30, 18) as put:
        for _ in range(frames):
            put(np.full((64, 48, 3), grey, np.uint8))


@pytest.fixture
def repository(tmp_path, monkeypatch, default_params):
    """A project with a commit and, in the workspace, another lambda_vgg and another result."""
    monkeypatch.chdir(tmp_path)
    succeed(tmp_path, "git", "init", "-q")
    succeed(tmp_path, "dvc", "init", "-q")
    write(tmp_path, default_params, 0.8, 60)
    commit(tmp_path, "base")
    default_params["train"]["lambda_vgg"] = 10.0
    write(tmp_path, default_params, 0.85, 200)
    return tmp_path


def test_numbers_parameters_and_videos_side_by_side(repository, capsys):
    compare.main("HEAD", "workspace")
    assert "HEAD, workspace side by side: reports/compare.html" in capsys.readouterr().out
    html = (repository / "reports/compare.html").read_text()
    assert re.search(r"train\.lambda_vgg</td><td[^>]*>5\.0</td><td[^>]*>10\.0</td>", html)
    assert '<small class="better">+0.05</small>' in html and '<small class="same">' in html
    (spec,) = re.findall(r'class="player"[^>]*><script type="application/json">(.*?)</script>', html, re.DOTALL)
    spec = json.loads(spec)
    assert [panel["name"] for panel in spec["panels"]] == ["HEAD", "workspace"] and spec["frames"] == 8
    compare.main("HEAD", "workspace")
    assert (repository / "reports/compare.html").read_text() == html


def test_what_is_the_same_is_not_listed(repository):
    experiments = {name: compare.open_experiment(name) for name in ("HEAD", "workspace")}
    assert [key for key, _ in compare.set_otherwise(experiments)] == ["train.lambda_vgg"]
    ssim = next(row for row in compare.measured(experiments) if row["name"] == "body: SSIM")
    assert ssim["values"] == [0.8, 0.85] and ssim["differences"] == [0.0, pytest.approx(0.05)]
    assert ssim["higher_is_better"]


def test_what_cannot_be_shown_is_told(repository, default_params):
    with pytest.raises(UserError, match="name different experiments"):
        compare.main("HEAD", "HEAD")
    with pytest.raises(UserError, match="git knows no 'wormy-prof'"):
        compare.main("HEAD", "wormy-prof")
    write(repository, default_params, 0.8, 60, frames=9)
    with pytest.raises(UserError, match="different frames: HEAD 8 at 30/s, workspace 9 at 30/s"):
        compare.main("HEAD", "workspace")
    subprocess.run(["git", "rm", "-q", "--cached", "reports/metrics.json"], check=True)
    commit(repository, "without")
    (repository / "reports/metrics.json").unlink()
    with pytest.raises(UserError, match="workspace has no results here"):
        compare.main("HEAD~1", "workspace")
    assert not (repository / "reports/compare.html").exists()
