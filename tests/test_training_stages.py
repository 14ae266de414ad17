"""The training stages on a tiny clip: the paper's setting at reduced size, repeatability, no face, bad weights."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from ruamel.yaml import YAML
from tiny_training import FRAMES, make_workspace, shrink
from torchvision.models import vgg19

from pipeline import train_body, train_face
from pipeline.clips.layout import FACE
from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import read_track, write_track
from pipeline.networks.weights import load_weights
from pipeline.params.preset import apply_preset, load_preset
from pipeline.user.cli import UserError

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def workspace(tmp_path, monkeypatch, default_params):
    params = shrink(default_params)
    make_workspace(tmp_path, params, 64, 64)
    monkeypatch.chdir(tmp_path)
    return params


def change(params: dict) -> None:
    YAML().dump(params, Path("params.yaml"))


def test_body_and_face_train_and_repeat_to_the_byte(workspace):
    made = []
    for _ in range(2):
        train_body.main()
        train_face.main()
        made.append([Path(f"models/{name}.safetensors").read_bytes() for name in ("body", "face")])
    assert made[0] == made[1]
    workspace["train"]["seed"] = 1
    change(workspace)
    train_body.main()
    assert Path("models/body.safetensors").read_bytes() != made[0][0]


def test_curves_and_sample_grids_are_left_behind(workspace):
    train_body.main()
    assert Path("reports/train_body/plots/metrics/body/g_vgg.tsv").read_text().startswith("step\tg_vgg\n2\t")
    grids = sorted(path.name for path in Path("reports/train_body/plots/images/body").iterdir())
    assert grids == ["step_000002.png", "step_000004.png"]


def test_what_only_logs_retrains_nothing(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "cache"))
    made = []
    for every in (2, 1):
        workspace["log"] = {"every": every, "samples_every": every}
        change(workspace)
        train_body.main()
        train_face.main()
        made.append([Path(f"models/{name}.safetensors").read_bytes() for name in ("body", "face")])
    assert made[0] == made[1]
    assert len(list((tmp_path / "cache").glob("train_*"))) == 2  # a body's and a face's: the second run found them


@pytest.mark.parametrize("enhancer", [False, True])
def test_the_plate_is_the_clips_background_and_shows_where_nobody_is(workspace, enhancer):
    workspace["train"]["generator"]["enhancer"] = enhancer
    workspace["train"] |= {"background": "plate", "coarse_steps": 2 * enhancer}
    change(workspace)
    train_body.main()
    tensors, header = load_weights(Path("models/body.safetensors"))
    assert header["architecture"]["plate"] == [64, 64]
    wall = 60 / 127.5 - 1  # of the clip, behind its bright square
    assert (tensors["plate"] - wall).abs().median() < 2 / 127.5


def test_a_plate_of_a_moving_camera_is_refused_in_one_sentence(workspace):
    rng = np.random.default_rng(0)
    wall = cv2.resize(rng.integers(0, 256, (24, 48, 3), np.uint8), (256, 128), interpolation=cv2.INTER_CUBIC)
    frames = (StoredFrame(wall[:64, t : t + 64], 0, t / 30) for t in range(FRAMES))
    write_frames(Path("data/frames/target.parquet"), frames, 64, 64, Fraction(30))
    track = read_track(Path("data/poses/target.parquet"))
    track.joints[:, :, :2] = track.joints[:, :, :2] / 8 + 50  # the person is small and in a corner
    write_track(Path("data/poses/target.parquet"), track)
    workspace["train"]["background"] = "plate"
    change(workspace)
    with pytest.raises(UserError, match="camera does not stand still .* or set train.background to learned"):
        train_body.main()
    assert not Path("models/body.safetensors").exists()
    workspace["train"]["background"] = "learned"
    change(workspace)
    train_body.main()


@pytest.mark.parametrize(("key", "value"), [("ema", 0.0), ("gan_loss", "relativistic"), ("r1", 1.0)])
def test_parameters_beyond_the_paper_change_what_is_learned(workspace, key, value):
    tensors = []
    for setting in (workspace["train"][key], value):
        workspace["train"] |= {key: setting}
        change(workspace)
        train_body.main()
        tensors.append(load_weights(Path("models/body.safetensors"))[0])
    same = all(torch.equal(a, b) for a, b in zip(*(each.values() for each in tensors), strict=True))
    assert not same


def test_no_face_gan_leaves_an_empty_weight_file(workspace):
    workspace["face"]["enabled"] = False
    change(workspace)
    train_body.main()
    train_face.main()
    tensors, header = load_weights(Path("models/face.safetensors"))
    assert tensors == {}
    assert header["enabled"] is False
    assert Path("reports/train_face").is_dir()


@pytest.mark.slow
def test_the_papers_setting_runs_at_reduced_size_coarse_to_fine(tmp_path, monkeypatch):
    text, _ = apply_preset(load_preset("paper"), (PROJECT / "params.yaml").read_bytes())
    params = shrink(YAML(typ="safe").load(text))
    params["train"] |= {"coarse_steps": 2, "coarse_decay_steps": 1, "frozen_global_steps": 2,
                        "perceptual_weights": str(tmp_path / "vgg19.pth")}
    torch.manual_seed(0)
    torch.save(vgg19(weights=None).state_dict(), tmp_path / "vgg19.pth")
    make_workspace(tmp_path, params, 128, 64)  # 2 : 1, as 1024x512
    monkeypatch.chdir(tmp_path)
    train_body.main()
    train_face.main()
    tensors, header = load_weights(Path("models/body.safetensors"))
    assert header["architecture"]["enhancer_blocks"] == 3
    assert (header["width"], header["height"]) == (128, 64)
    assert any(name.startswith("network.global_features") for name in tensors)
    assert {path.name for path in Path("reports/train_body/plots/metrics").iterdir()} == {"coarse", "body"}


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("train", "perceptual_weights", "nowhere.pth", "nowhere.pth, named by train.perceptual_weights, is missing"),
        ("train", "lambda_vgg", -1, "train.lambda_vgg is -1"),
        ("train", "lambda", 1, "train.lambda is not a parameter"),
    ],
)
def test_bad_input_is_one_sentence_and_leaves_nothing(workspace, section, key, value, message):
    workspace["train"]["perceptual"] = "vgg19"
    workspace[section][key] = value
    change(workspace)
    result = subprocess.run(
        [sys.executable, "-m", "pipeline.train_body"], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not Path("models").exists()


def test_a_clip_without_a_face_says_so(workspace):
    track = read_track(Path("data/poses/target.parquet"))
    joints = track.joints.copy()
    joints[:, FACE, 2] = 0
    write_track(Path("data/poses/target.parquet"), track.with_joints(joints))
    train_body.main()
    with pytest.raises(UserError, match="face.enabled"):
        train_face.main()
    assert not Path("models/face.safetensors").exists()
