"""Checkpoints: exact round trips, damage, a full disk, how many are kept, and the log folder in them."""

import resource

import pytest
import torch
from toy_training import toy_state

from pipeline.training.checkpoint import Checkpoints, read_checkpoint, write_checkpoint
from pipeline.user.cli import UserError


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def at_step(step, name="toy"):
    state = toy_state(name)
    state.step = step
    return state


def names(folder):
    return sorted(path.name for path in folder.glob("*.safetensors"))


def test_what_is_read_is_what_was_written(tmp_path):
    tensors = {"a": torch.rand(3, 4).bfloat16(), "b": torch.tensor(1.5), "empty": torch.empty(0, dtype=torch.uint8)}
    write_checkpoint(tmp_path / "c.safetensors", tensors, {"rate": 0.1 + 0.2})
    read, header = read_checkpoint(tmp_path / "c.safetensors")
    assert header == {"rate": 0.1 + 0.2}
    assert read.keys() == tensors.keys()
    assert all(torch.equal(read[key], tensors[key]) and read[key].dtype == tensors[key].dtype for key in tensors)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "text"])
def test_damage_is_recognised_and_the_checkpoint_before_counts(folder, capsys, damage):
    checkpoints = Checkpoints(folder, 0, 3)
    for step in (1, 2):
        checkpoints.save(at_step(step))
    newest = folder / "000002-toy-2.safetensors"
    content = bytearray(newest.read_bytes())
    if damage == "flipped":
        content[-100] ^= 1  # inside a tensor, so that safetensors itself is content
    newest.write_bytes({"cut": content[:-7], "empty": b"", "flipped": content, "text": b"no checkpoint"}[damage])
    again = Checkpoints(folder, 0, 3)
    captured = capsys.readouterr()
    assert captured.err.count(newest.name) == captured.err.count("\n") == 1
    assert "damaged" in captured.err
    assert "resuming from step 1 of toy" in captured.out
    state = toy_state(seed=1)
    again.restore(state)
    assert state.step == 1
    assert names(folder) == ["000001-toy-1.safetensors"]


def test_a_disk_that_does_not_give_a_checkpoint_costs_none(folder, monkeypatch):
    Checkpoints(folder, 0, 3).save(at_step(1))

    def broken(*_, **__):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("pipeline.training.checkpoint.safe_open", broken)
    with pytest.raises(UserError, match=r"000001-toy-1\.safetensors cannot be read \(Input/output error\)"):
        Checkpoints(folder, 0, 3)
    assert names(folder) == ["000001-toy-1.safetensors"]


def test_the_newest_are_kept_whatever_their_phase(folder):
    checkpoints = Checkpoints(folder, 0, 2)
    for step, name in [(9, "coarse"), (10, "coarse"), (1, "body"), (2, "body")]:
        checkpoints.save(at_step(step, name))
    assert names(folder) == ["000003-body-1.safetensors", "000004-body-2.safetensors"]
    assert checkpoints.last == "step 2 of body"


def test_a_disk_that_takes_no_more_is_a_warning_and_the_last_checkpoint_stays(folder, capsys):
    checkpoints = Checkpoints(folder, 0, 1)
    checkpoints.save(at_step(1))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))  # a write beyond it fails as on a full disk
    try:
        checkpoints.save(at_step(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert "warning: no checkpoint could be written at step 2 of toy" in capsys.readouterr().err
    assert names(folder) == ["000001-toy-1.safetensors"]
    assert checkpoints.last == "step 1 of toy"
    read_checkpoint(folder / "000001-toy-1.safetensors")
    checkpoints.save(at_step(3))
    assert names(folder) == ["000002-toy-3.safetensors"]


def test_the_log_folder_comes_back_as_it_was(folder):
    log = folder / "log"
    (log / "plots").mkdir(parents=True)
    curve = log / "plots/loss.tsv"
    curve.write_text("step\tloss\n1\t0.5\n")
    checkpoints = Checkpoints(folder, 0, 1)
    checkpoints.save(at_step(1))
    curve.write_text(curve.read_text() + "2\t0.4\n")
    (log / "later.png").write_bytes(b"x")
    assert Checkpoints(folder, 0, 1).resumed
    assert curve.read_text() == "step\tloss\n1\t0.5\n"
    assert not (log / "later.png").exists()


def test_phases_before_the_checkpoints_are_over(folder):
    checkpoints = Checkpoints(folder, 0, 1)
    assert not checkpoints.resumed
    assert not checkpoints.beyond("coarse")
    checkpoints.save(at_step(4, "body"))
    again = Checkpoints(folder, 0, 1)
    assert again.beyond("coarse")
    assert not again.beyond("body")
    state = toy_state("body")
    again.restore(state)
    assert state.step == 4
    assert not again.beyond("coarse")


def test_a_checkpoint_is_due_when_its_time_has_come(folder):
    assert Checkpoints(folder, 0, 1).due()
    assert not Checkpoints(folder, 1000, 1).due()
