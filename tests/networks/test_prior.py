"""Starting from a prior: its weights, to half precision, or one clear sentence."""

import pytest
import torch

from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.prior import read_prior, save_prior
from pipeline.user.cli import UserError

TINY = {"temporal": True, "ngf": 4, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None, "layered": True,
        "borders": True, "references": True, "upsampling": "resize", "skips": True}


def generator(seed, **changes):
    torch.manual_seed(seed)
    return BodyGenerator(**TINY | changes)


def test_a_generator_starts_with_the_weights_of_the_prior(tmp_path):
    made, started = generator(0), generator(1)
    save_prior(tmp_path / "prior", made, TINY, {"people": 2})
    started.load_state_dict(read_prior(tmp_path / "prior", TINY))
    for name, tensor in started.state_dict().items():
        assert tensor.dtype == torch.float32
        torch.testing.assert_close(tensor, made.state_dict()[name], rtol=1e-3, atol=1e-6)
    floats = sum(4 * tensor.numel() for tensor in made.state_dict().values())
    assert (tmp_path / "prior").stat().st_size < 0.75 * floats  # half of them, and a header


def test_another_architecture_and_a_missing_file_are_said_in_a_sentence(tmp_path):
    save_prior(tmp_path / "prior", generator(0), TINY, {})
    with pytest.raises(UserError, match="another network: blocks 1 instead of 2, ngf 4 instead of 8; set"):
        read_prior(tmp_path / "prior", TINY | {"ngf": 8, "blocks": 2})
    with pytest.raises(UserError, match="missing"):
        read_prior(tmp_path / "none", TINY)
