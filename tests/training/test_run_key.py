"""A run's name changes with everything that decides its result, and with nothing else."""

import importlib.util
import sys
from fractions import Fraction

import numpy as np
import pytest
import torch

from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.training.run_key import loaded_code, run_key

CPU = torch.device("cpu")


def make_store(path, grey=0):
    write_frames(path, [StoredFrame(np.full((8, 8, 3), grey, np.uint8), 0, t / 30) for t in (0, 1)], 8, 8, Fraction(30))
    return FrameStore(path)


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "frames.parquet")


@pytest.fixture
def poses(tmp_path):
    (tmp_path / "poses").write_bytes(b"poses")
    return tmp_path / "poses"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the project, loaded, whose file may be edited."""
    file = tmp_path / "invented.py"
    file.write_text("x = 1\n")
    spec = importlib.util.spec_from_file_location("pipeline.training.invented", file)
    monkeypatch.setitem(sys.modules, spec.name, importlib.util.module_from_spec(spec))
    return file


def test_the_same_run_has_the_same_name_wherever_its_files_lie(store, poses, tmp_path):
    key = run_key("train_body", store.sha256, [poses], {"a": 1, "b": None}, CPU)
    (tmp_path / "copy").write_bytes(b"poses")
    other = make_store(tmp_path / "other.parquet")
    assert key == run_key("train_body", other.sha256, [tmp_path / "copy"], {"b": None, "a": 1}, CPU)
    assert key.startswith("train_body-")


def test_stage_data_and_parameters_count(store, poses, tmp_path):
    brighter = make_store(tmp_path / "brighter.parquet", 90)
    keys = {run_key("train_body", store.sha256, [poses], {"a": 1}, CPU),
            run_key("train_face", store.sha256, [poses], {"a": 1}, CPU),
            run_key("train_body", store.sha256, [poses], {"a": 2}, CPU),
            run_key("train_body", store.sha256, [poses, poses], {"a": 1}, CPU),
            run_key("train_body", brighter.sha256, [poses], {"a": 1}, CPU)}
    poses.write_bytes(b"other poses")
    keys.add(run_key("train_body", store.sha256, [poses], {"a": 1}, CPU))
    poses.unlink()
    keys.add(run_key("train_body", store.sha256, [poses], {"a": 1}, CPU))
    assert len(keys) == 7


def test_an_edit_of_any_loaded_module_counts(store, poses, module):
    key = run_key("train_body", store.sha256, [poses], {}, CPU)
    assert "pipeline.training.run_key" in loaded_code()
    module.write_text("x = 2\n")
    assert run_key("train_body", store.sha256, [poses], {}, CPU) != key


def test_the_library_that_computes_counts(store, poses, monkeypatch):
    key = run_key("train_body", store.sha256, [poses], {}, CPU)
    monkeypatch.setattr(torch, "__version__", "0.1")
    assert run_key("train_body", store.sha256, [poses], {}, CPU) != key
