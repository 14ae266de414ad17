"""Weight files: round trip, same bytes, no pickles."""

import pickle

import pytest
import torch

from pipeline.networks.weights import load_weights, save_weights
from pipeline.user.cli import UserError


def test_round_trip_and_same_bytes(tmp_path):
    tensors = {"b": torch.randn(3, 4), "a": torch.randn(2).to(torch.bfloat16)}
    header = {"architecture": {"ngf": 4}, "z": 1, "inputs": {"x": "00"}}
    for name in ("1", "2"):
        save_weights(tmp_path / name, tensors, header)
    back, read_header = load_weights(tmp_path / "1")
    assert read_header == header
    assert all(torch.equal(back[key], tensors[key]) for key in tensors)
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_an_empty_network_can_be_kept(tmp_path):
    save_weights(tmp_path / "face", {}, {"enabled": False})
    assert load_weights(tmp_path / "face") == ({}, {"enabled": False})


def test_missing_foreign_and_pickled_files_are_one_clear_sentence(tmp_path):
    with pytest.raises(UserError, match="missing"):
        load_weights(tmp_path / "none")
    (tmp_path / "pickle").write_bytes(pickle.dumps({"a": 1}) * 10)
    with pytest.raises(UserError, match="not a weight file"):
        load_weights(tmp_path / "pickle")
