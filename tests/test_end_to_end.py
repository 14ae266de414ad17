"""The whole pipeline as a user runs it: DVC, every stage, tiny networks, then experiments on top."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import dvc.api
import ffmpeg
import imageio_ffmpeg
import pandas as pd
import pytest
from ruamel.yaml import YAML

from pipeline.gan.weights import load_weights
from pipeline.pose.layout import FACE
from pipeline.pose.track import read_track, write_track
from pipeline.video.masks import MaskStore, write_masks

PROJECT = Path(__file__).parent.parent
SECONDS = 2
FPS = 30

pytestmark = pytest.mark.slow


def call(folder: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command in the workspace with this Python's environment in front."""
    binaries = str(Path(sys.executable).parent)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PATH": binaries + os.pathsep + os.environ["PATH"], "DVC_NO_ANALYTICS": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def succeed(folder: Path, *command: str) -> str:
    result = call(folder, *command)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-6000:]
    return result.stdout + result.stderr


def commit(folder: Path, message: str) -> None:
    succeed(folder, "git", "add", "-A")
    succeed(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", message)


def shorten(clip: Path, to: Path) -> None:
    """A rendered clip's first seconds at 256x256."""
    output = ffmpeg.input(str(clip / "video.mp4")).output(str(to / "video.mp4"), t=SECONDS, vf="scale=256:256")
    output.overwrite_output().run(cmd=imageio_ffmpeg.get_ffmpeg_exe(), quiet=True)
    track, masks, frames = read_track(clip / "poses.parquet"), MaskStore(clip / "masks.parquet"), SECONDS * FPS
    joints = track.joints[:frames] * [0.5, 0.5, 1]
    write_track(to / "poses.parquet", replace(track, joints=joints, times=track.times[:frames], width=256, height=256))
    write_masks(to / "masks.parquet", (masks[frame][::2, ::2] for frame in range(frames)))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """A clone of the working tree with short clips and tiny networks, after its first `dvc repro`."""
    folder = tmp_path_factory.mktemp("clone") / "project"
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.splitlines():
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    for clip in ("target", "dancer", "truth/dancer"):
        shorten(PROJECT / "data/raw" / clip, folder / "data/raw" / clip)

    yaml = YAML()
    params = yaml.load(folder / "params.yaml")
    params["decode"] |= {"width": 256, "height": 256}
    params["train"] |= {"height": 64, "steps": 3, "decay_steps": 2, "log_every": 2, "sample_every": 4}
    params["train"]["generator"] |= {"ngf": 4, "downsamplings": 2, "blocks": 1}
    params["train"]["discriminator"] |= {"ndf": 4, "layers": 2, "scales": 2}
    params["face"] |= {"size": 32, "ngf": 4, "blocks": 1, "ndf": 4, "steps": 2, "decay_steps": 1, "sample_every": 2}
    params["evaluate"] |= {"holdout": 0.2, "gap": 2}
    yaml.dump(params, folder / "params.yaml")
    succeed(folder, "git", "init", "-q")
    commit(folder, "tiny")
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
    assert frames[0].shape == (64, 64, 3)
    with av.open(workspace / "reports/videos/dancer_side_by_side.mp4") as video:
        assert next(video.decode(video=0)).to_ndarray(format="rgb24").shape == (64, 192, 3)


def test_metrics_are_there_and_finite(workspace):
    metrics = json.loads((workspace / "reports/metrics.json").read_text())
    assert 0 < metrics["body"]["ssim"] < 1
    assert metrics["body"]["lpips_efficientnet_lite0"] > 0
    # networks of five steps draw nobody, so no joint is found in both pictures and pose_distance is left out
    assert metrics["missed_detections"]["body"] > 0
    assert metrics["temporal"]["flicker"] > metrics["temporal"]["flicker_real"]
    frames = pd.read_parquet(workspace / "reports/per_frame.parquet")
    assert len(frames) == round(0.2 * SECONDS * FPS)
    assert frames["body.ssim"].mean() == pytest.approx(metrics["body"]["ssim"])


def test_weights_say_how_to_build_their_networks(workspace):
    _, header = load_weights(workspace / "models/body.safetensors")
    assert header["architecture"]["ngf"] == 4
    assert (header["width"], header["height"]) == (64, 64)


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
    assert f"the Face GAN refined {faces.sum()} of {SECONDS * FPS} frames" in output
    assert (clone / "dvc.lock").read_text() == (workspace / "dvc.lock").read_text()


def test_editing_a_metric_concerns_evaluate_alone(workspace):
    module = workspace / "pipeline/metrics/ssim.py"
    text = module.read_text()
    module.write_text(text + "# edited\n")
    stale = json.loads(succeed(workspace, "dvc", "status", "--json"))
    module.write_text(text)
    assert set(stale) == {"evaluate"}  # the report follows if the numbers change


def test_an_experiment_reruns_training_and_what_follows_and_compares(workspace):
    output = succeed(workspace, "dvc", "exp", "run", "-S", "train.lambda_vgg=10")
    ran = {line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")}
    assert ran == {"train_body", "train_face", "transfer@dancer", "evaluate", "report"}
    changes = json.loads(succeed(workspace, "dvc", "metrics", "diff", "--json"))
    assert "body.ssim" in changes["reports/metrics.json"]


def test_a_grid_of_ablations_runs_as_experiments_and_becomes_tables(workspace):
    tables = succeed(workspace, sys.executable, "-m", "pipeline.ablations", "paper", "1")
    assert tables.count("Running stage 'decode_target'") == 0  # shared stages come from the cache
    assert (workspace / "reports/ablations/paper.md").read_text() in tables
    summary = pd.read_csv(workspace / "reports/ablations/paper.csv")
    body = summary[(summary["table"].str.startswith("Table 1")) & (summary["column"] == "SSIM")].set_index("row")["mean"]
    assert list(body.index[-3:]) == ["pix2pixHD", "T.S.", "T.S. + Face"]
    for row, name in (("pix2pixHD", "paper-pix2pixHD-seed0"), ("T.S.", "paper-T-S-seed0")):
        metrics = json.loads(dvc.api.read("reports/metrics.json", repo=str(workspace), rev=name))
        assert body[row] == pytest.approx(metrics["body"]["ssim"])
    assert body["pix2pixHD"] != body["T.S."]
