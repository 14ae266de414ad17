"""Where ImageNet weights are looked for, and what is said when they are broken."""

import pytest
import torch
from torchvision.models import SqueezeNet1_1_Weights, squeezenet1_1

from pipeline.losses.weight_files import read_weights
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
