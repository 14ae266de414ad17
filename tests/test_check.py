"""The check stage: what can be known to fail is told before anything is made, all of it at once."""

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from found_people import link_networks
from ruamel.yaml import YAML
from torchvision.models import alexnet

from pipeline import check
from pipeline.clips import paths
from pipeline.user.cli import UserError
from pipeline.video.encode import video_writer


@pytest.fixture
def workspace(tmp_path, monkeypatch, project, default_params):
    """A project's folder with the built-in clips; ``set(section, key=value)`` changes a parameter."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    shutil.copytree(project / "data/raw", tmp_path / "data/raw")
    (tmp_path / "prior").symlink_to(project / "prior")
    link_networks(tmp_path)

    class Workspace:
        params = default_params

        def write(self) -> None:
            YAML().dump(self.params, Path("params.yaml"))

    workspace = Workspace()
    workspace.write()
    return workspace


def test_a_good_project_gives_the_same_file_whatever_its_parameters(workspace):
    made = []
    for weight in (5.0, 10.0):
        workspace.params["train"]["lambda_vgg"] = weight
        workspace.write()
        check.main()
        made.append(paths.CHECKED.read_bytes())
    assert made[0] == made[1]


def test_a_network_that_the_prior_is_not_of_is_told(workspace):
    workspace.params["train"]["generator"] |= {"ngf": 32, "blocks": 6}
    workspace.params["face"]["generator"]["ngf"] = 8
    workspace.write()
    with pytest.raises(UserError) as caught:
        check.main()
    body, face = str(caught.value).splitlines()
    assert "prior/body.safetensors was made for another network: blocks 4 instead of 6, ngf 16 instead of 32" in body
    assert "prior/face.safetensors was made for another network: ngf 16 instead of 8; set train.start" in face
    workspace.params["train"]["start"] = "scratch"
    workspace.write()
    check.main()


def test_what_another_backend_wants_is_told_before_any_clip_is_touched(workspace):
    workspace.params["keypoints"]["backend"] = "openpose"
    workspace.write()
    with pytest.raises(UserError) as caught:
        check.main()
    target, dancer = str(caught.value).splitlines()
    assert "data/raw/openpose/target is missing" in target and "data/raw/openpose/dancer is missing" in dancer
    workspace.params["keypoints"] |= {"backend": "rtmpose", "weights": "gone.onnx"}
    workspace.write()
    with pytest.raises(UserError, match="^gone.onnx, keypoints.weights, is missing"):  # once for all clips
        check.main()


def test_every_problem_is_told_at_once_and_nothing_is_written(workspace):
    workspace.params["target"]["video"] = "data/raw/nobody.mp4"
    workspace.params["evaluate"] |= {"lpips": "alex", "lpips_weights": "alexnet.pth"}
    workspace.params["train"] |= {"perceptual": "vgg19", "perceptual_weights": "vgg19.pth"}
    Path("data/raw/truth/dancer/masks.parquet").unlink()
    workspace.write()
    with pytest.raises(UserError) as caught:
        check.main()
    for problem in ("data/raw/nobody.mp4 is missing", "alexnet.pth, named by evaluate.lpips_weights, is missing",
                    "vgg19.pth, named by train.perceptual_weights, is missing",
                    "data/raw/truth/dancer/masks.parquet is missing"):
        assert problem in str(caught.value)
    assert len(str(caught.value).splitlines()) == 4
    assert not Path("reports").exists()


def test_what_two_checks_meet_is_told_once(workspace):
    """The target's video is needed by itself, and for the size at which results are compared with the truth."""
    Path("data/raw/target/video.mp4").unlink()
    with pytest.raises(UserError) as caught:
        check.main()
    assert str(caught.value).count("data/raw/target/video.mp4 is missing") == 1


def test_a_truth_of_another_length_is_told_before_training(workspace):
    shutil.copy("data/raw/target/video.mp4", "data/raw/dancer/video.mp4")
    told = "sources.dancer.truth, data/raw/truth/dancer, lasts 8.00 s, .* but the source has 360"
    with pytest.raises(UserError, match=told):
        check.main()


def test_pictures_too_small_for_the_distance_are_told_before_training(workspace):
    torch.save(alexnet(weights=None).state_dict(), "alexnet.pth")
    workspace.params["evaluate"] |= {"lpips": "alex", "lpips_weights": "alexnet.pth"}
    workspace.params["decode"]["height"] = 64
    with video_writer(Path("data/raw/target/video.mp4"), Fraction(30), 18) as write:
        for _ in range(4):
            write(np.zeros((256, 64, 3), np.uint8))
    workspace.write()
    told = "target's stored frames of 16x64 px are too small for evaluate.lpips alex, which needs 32 px"
    with pytest.raises(UserError, match=told):
        check.main()
