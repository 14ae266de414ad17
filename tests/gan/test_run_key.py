"""A run's name changes with everything that decides its result, and with nothing else."""

import importlib.util
import sys

import pytest
import torch

from pipeline.gan.run_key import loaded_code, run_key

CPU = torch.device("cpu")


@pytest.fixture
def frames(tmp_path):
    (tmp_path / "frames").write_bytes(b"frames")
    return tmp_path / "frames"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of the project, loaded, whose file may be edited."""
    file = tmp_path / "invented.py"
    file.write_text("x = 1\n")
    spec = importlib.util.spec_from_file_location("pipeline.gan.invented", file)
    monkeypatch.setitem(sys.modules, spec.name, importlib.util.module_from_spec(spec))
    return file


def test_the_same_run_has_the_same_name_wherever_its_files_lie(frames, tmp_path):
    key = run_key("train_body", [frames], {"a": 1, "b": None}, CPU)
    (tmp_path / "copy").write_bytes(b"frames")
    assert key == run_key("train_body", [tmp_path / "copy"], {"b": None, "a": 1}, CPU)
    assert key.startswith("train_body-")


def test_stage_data_and_parameters_count(frames):
    keys = {run_key("train_body", [frames], {"a": 1}, CPU), run_key("train_face", [frames], {"a": 1}, CPU),
            run_key("train_body", [frames], {"a": 2}, CPU), run_key("train_body", [frames, frames], {"a": 1}, CPU)}
    frames.write_bytes(b"other frames")
    keys.add(run_key("train_body", [frames], {"a": 1}, CPU))
    frames.unlink()
    keys.add(run_key("train_body", [frames], {"a": 1}, CPU))
    assert len(keys) == 6


def test_an_edit_of_any_loaded_module_counts(frames, module):
    key = run_key("train_body", [frames], {}, CPU)
    assert "pipeline.gan.run_key" in loaded_code()
    module.write_text("x = 2\n")
    assert run_key("train_body", [frames], {}, CPU) != key


def test_the_library_that_computes_counts(frames, monkeypatch):
    key = run_key("train_body", [frames], {}, CPU)
    monkeypatch.setattr(torch, "__version__", "0.1")
    assert run_key("train_body", [frames], {}, CPU) != key
