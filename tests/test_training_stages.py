"""The training stages on a tiny clip: windows, repeatability, no face, no hands, the paper's setting, bad weights."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from ruamel.yaml import YAML
from tiny_training import FRAMES, WALL, make_workspace, shrink
from torchvision.models import vgg19

from pipeline import train_body, train_face
from pipeline.clips import paths
from pipeline.clips.camera import Camera, write_camera
from pipeline.clips.layout import FACE, LEFT_HAND, RIGHT_HAND, mirrored
from pipeline.clips.stable import open_target
from pipeline.clips.track import read_track, write_track
from pipeline.clips.warp import move_joints
from pipeline.networks.architecture import body_architecture, face_architecture
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.prior import save_prior
from pipeline.networks.weights import load_weights
from pipeline.params import load_params
from pipeline.params.preset import apply_preset, load_preset
from pipeline.rendering.render import load_body
from pipeline.runtime.pictures import write_picture
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
@pytest.mark.parametrize(("window", "background", "references"), [
    ("person", "plate", "nearest"), ("person", "plate", "none"), ("frame", "plate", "nearest"),
    ("frame", "learned", "none"),
])
def test_every_window_and_background_trains_and_says_what_it_is(tmp_path, monkeypatch, default_params, window,
                                                                background, references, enhancer):
    params = shrink(default_params)
    params["train"]["generator"]["enhancer"] = enhancer
    params["train"] |= {"window": window, "background": background, "references": references,
                        "coarse_steps": 2 * enhancer}
    make_workspace(tmp_path, params, 96, 64)
    monkeypatch.chdir(tmp_path)
    train_body.main()
    tensors, header = load_weights(paths.BODY_WEIGHTS)
    width = 64 if window == "person" else 96  # a square around the person, or the frame's shape
    assert header["view"] == {"window": window, "width": width, "height": 64}
    architecture = header["architecture"]
    assert (architecture["layered"], architecture["borders"]) == (background == "plate", window == "person")
    assert architecture["references"] == (references == "nearest") == ("references.joints" in tensors)
    assert architecture["enhancer_blocks"] == (3 if enhancer else None)
    renderer = load_body(paths.BODY_WEIGHTS, open_target(), torch.device("cpu"))
    track = read_track(paths.STABLE_POSES)
    shots = np.zeros(FRAMES, int)
    joints, windows = track.joints[:2], renderer.view.windows(track, track.joints, shots)[:2]
    path = renderer.path(joints, shots[:2], float(track.fps))
    assert (path is None) == (references == "none")
    made = [each.frame for each in renderer.run(joints, windows, path)]
    away = mirrored(joints)
    rendered = renderer.turned(np.stack([joints[0], away[1]]), path)
    np.testing.assert_array_equal(rendered[0], joints[0])
    np.testing.assert_array_equal(rendered[1], joints[1] if references == "nearest" else away[1])
    assert made[0].shape == (3, 64, width)
    if window == "person":  # what is laid over the plate fades out towards the window's borders
        corners = made[1][:, [0, 0, -1, -1], [0, -1, 0, -1]]
        assert (corners - (WALL / 127.5 - 1)).abs().max() < 0.02


def test_both_trainings_start_from_the_prior(workspace):
    """With a learning rate of next to nothing they end there, too."""
    workspace["train"] |= {"start": "prior", "learning_rate": 1e-9, "ema": 0.0}
    workspace["face"] |= {"learning_rate": 1e-9}
    change(workspace)
    with pytest.raises(UserError, match="prior/body.safetensors is missing"):
        train_body.main()
    params = load_params()
    torch.manual_seed(7)
    priors = {paths.BODY_PRIOR: (BodyGenerator, body_architecture(params.train)),
              paths.FACE_PRIOR: (FaceGenerator, face_architecture(params.face, params.train))}
    for path, (network, architecture) in priors.items():
        save_prior(path, network(**architecture), architecture, {})
    train_body.main()
    train_face.main()
    for path, weights in ((paths.BODY_PRIOR, paths.BODY_WEIGHTS), (paths.FACE_PRIOR, paths.FACE_WEIGHTS)):
        learned, _ = load_weights(weights)
        for name, tensor in load_weights(path)[0].items():
            torch.testing.assert_close(learned[name], tensor.float(), rtol=0, atol=1e-6)


def test_the_clip_of_a_camera_that_moves_trains_in_its_canvas(workspace):
    """Frames lie elsewhere in a wider canvas, whose poses and plate have its size."""
    shifts = np.array([[[1.0, 0, 10 + 8 * np.sin(t / 4)], [0, 1.0, 4], [0, 0, 1]] for t in range(FRAMES)])
    target, track = open_target(), read_track(paths.STABLE_POSES)
    write_camera(paths.CAMERA, Camera(shifts, 96, 72), target.store)
    write_picture(paths.PLATE, np.full((72, 96, 3), WALL, np.uint8))
    moved = track.with_joints(move_joints(track.joints, shifts))
    write_track(paths.STABLE_POSES, replace(moved, width=96, height=72))
    for window, width in (("person", 64), ("frame", 88)):  # 64 px times 96 / 72, the next multiple of 8
        workspace["train"]["window"] = window
        change(workspace)
        train_body.main()
        train_face.main()
        _, header = load_weights(paths.BODY_WEIGHTS)
        assert header["view"] == {"window": window, "width": width, "height": 64}


@pytest.mark.parametrize(("key", "value"), [
    ("ema", 0.0), ("gan_loss", "relativistic"), ("r1", 1.0), ("augment", "moved"), ("augment", "mirrored"),
])  # fmt: skip
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
    assert header["view"] == {"window": "frame", "width": 128, "height": 64}
    assert not header["architecture"]["layered"]
    assert load_weights(paths.FACE_WEIGHTS)[1]["hands"] is False
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


def hide(*parts: slice) -> None:
    """Parts of the person that are found in no frame."""
    track = read_track(paths.STABLE_POSES)
    joints = track.joints.copy()
    for part in parts:
        joints[:, part, 2] = 0
    write_track(paths.STABLE_POSES, track.with_joints(joints))


def test_hands_are_refined_or_not(workspace):
    train_body.main()
    made = []
    for hands in (True, False):
        workspace["face"]["hands"] = hands
        change(workspace)
        train_face.main()
        tensors, header = load_weights(paths.FACE_WEIGHTS)
        assert header["hands"] is hands
        made.append(tensors)
    assert any(not torch.equal(made[0][name], made[1][name]) for name in made[0])


def test_hands_alone_are_something_to_learn(workspace):
    hide(FACE, LEFT_HAND)
    train_body.main()
    train_face.main()
    assert load_weights(paths.FACE_WEIGHTS)[1]["hands"] is True


@pytest.mark.parametrize(("hidden", "hands"), [([FACE, LEFT_HAND, RIGHT_HAND], True), ([FACE], False)])
def test_a_clip_with_nothing_to_refine_says_so(workspace, hidden, hands):
    hide(*hidden)
    workspace["face"]["hands"] = hands
    change(workspace)
    train_body.main()
    with pytest.raises(UserError, match="neither face nor hands are seen in the training part .*face.enabled"):
        train_face.main()
    assert not paths.FACE_WEIGHTS.exists()
