"""The whole pipeline as a user runs it: DVC, every stage, tiny networks, then experiments on top."""

import json
import sys
from pathlib import Path

import av
import dvc.api
import pandas as pd
import pytest
from tiny_project import FPS, SECONDS, commit, make_project, succeed

from pipeline.clips.layout import FACE
from pipeline.clips.track import read_track
from pipeline.networks.weights import load_weights

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A tiny project after its first `dvc repro`."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    make_project(folder)
    succeed(folder, "dvc", "repro")
    commit(folder, "first run")
    return folder


def test_result_is_a_playable_video_with_the_sources_length_rate_and_sound(workspace):
    with av.open(workspace / "reports/videos/dancer.mp4") as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
        assert video.streams.video[0].average_rate == FPS
        assert video.streams.video[0].codec_context.name == "h264"
        assert video.streams.video[0].codec_context.pix_fmt == "yuv420p"
        assert video.streams.audio
    assert len(frames) == SECONDS * FPS
    assert frames[0].shape == (256, 256, 3)  # as large as the target's video
    with av.open(workspace / "reports/videos/dancer_side_by_side.mp4") as video:
        assert next(video.decode(video=0)).to_ndarray(format="rgb24").shape == (256, 768, 3)


def test_metrics_are_there_and_finite(workspace):
    metrics = json.loads((workspace / "reports/metrics.json").read_text())
    assert 0 < metrics["body"]["ssim"] < 1
    assert metrics["body"]["stlpips_alex"] > 0
    # networks of five steps copy enough from the references for the detector to find somebody
    assert metrics["missed_detections"]["body"] < 23
    assert metrics["pose_distance"]["overall"] > 0
    assert metrics["temporal"]["flicker"] > metrics["temporal"]["flicker_real"]
    dancer = metrics["transfer"]["dancer"]
    for scores in (dancer, dancer["true_poses"]):
        assert scores["frame"]["psnr"] > 0 and 0 < scores["mask"]["ssim"] < 1
    frames = pd.read_parquet(workspace / "reports/per_frame.parquet")
    assert len(frames) == round(0.2 * SECONDS * FPS)
    assert frames["body.ssim"].mean() == pytest.approx(metrics["body"]["ssim"])


def test_weights_say_how_to_build_their_networks(workspace):
    _, header = load_weights(workspace / "models/body.safetensors")
    assert header["architecture"]["ngf"] == 4
    assert header["view"] == {"window": "person", "width": 64, "height": 64}


def test_a_second_run_does_nothing(workspace):
    output = succeed(workspace, "dvc", "repro")
    assert "Running stage" not in output
    assert "up to date" in output


def test_the_same_run_elsewhere_gives_the_same_bytes(workspace, tmp_path):
    """All outputs but the cache is thrown away: what is made anew must hash to what dvc.lock says."""
    clone = tmp_path / "clone"
    succeed(workspace, "git", "clone", "-q", ".", str(clone))
    output = succeed(clone, "dvc", "repro", "--no-run-cache")
    faces = read_track(clone / "data/normalized/dancer.parquet").joints[:, FACE, 2].max(axis=1) > 0
    assert f"the Face GAN refined the face in {faces.sum()} of {SECONDS * FPS} frames" in output
    assert (clone / "dvc.lock").read_text() == (workspace / "dvc.lock").read_text()


def test_editing_a_metric_concerns_evaluation_alone(workspace):
    module = workspace / "pipeline/evaluation/ssim.py"
    text = module.read_text()
    module.write_text(text + "# edited\n")
    stale = json.loads(succeed(workspace, "dvc", "status", "--json"))
    module.write_text(text)
    assert set(stale) == {"check", "evaluate", "report"}  # whatever check looks at, it writes the same


def test_an_experiment_reruns_training_and_what_follows_and_compares(workspace):
    output = succeed(workspace, "dvc", "exp", "run", "-S", "train.lambda_vgg=10")
    ran = {line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")}
    assert ran == {"check", "train_body", "train_face", "transfer@dancer", "evaluate", "report"}
    changes = json.loads(succeed(workspace, "dvc", "metrics", "diff", "--json"))
    assert list(changes) == ["reports/summary.json"]
    assert "body.ssim" in changes["reports/summary.json"] and len(changes["reports/summary.json"]) <= 12


def test_a_grid_of_ablations_runs_as_experiments_and_becomes_tables(workspace):
    tables = succeed(workspace, sys.executable, "-m", "pipeline.ablations", "paper", "1")
    assert tables.count("Running stage 'decode_target'") == 0  # shared stages come from the cache
    assert (workspace / "reports/ablations/paper.md").read_text() in tables
    summary = pd.read_csv(workspace / "reports/ablations/paper.csv")
    body = summary[summary["table"].str.startswith("Table 1") & (summary["column"] == "SSIM")].set_index("row")["mean"]
    assert list(body.index[-3:]) == ["pix2pixHD", "T.S.", "T.S. + Face"]
    for row, name in (("pix2pixHD", "paper-pix2pixHD-seed0"), ("T.S.", "paper-T-S-seed0")):
        metrics = json.loads(dvc.api.read("reports/metrics.json", repo=str(workspace), rev=name))
        assert body[row] == pytest.approx(metrics["body"]["ssim"])
    assert body["pix2pixHD"] != body["T.S."]
