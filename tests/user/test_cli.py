"""A stage's end: what the user reads, and the exit status."""

import os
import shutil
import subprocess
import sys

import pytest
import torch
from found_people import link_networks

from pipeline.user.cli import UserError, minutes_by_stage, run


def end(monkeypatch, capsys, main, *given) -> tuple[int, str]:
    """Exit status and standard error of a stage with one argument, or without."""
    monkeypatch.setattr(sys, "argv", ["stage", *given])
    with pytest.raises(SystemExit) as caught:
        run(main, *["clip"] * len(given))
    return caught.value.code, capsys.readouterr().err


def test_what_the_user_can_mend_is_one_line(monkeypatch, capsys):
    def main():
        raise UserError("clip.mp4 is no video: use another")

    assert end(monkeypatch, capsys, main) == (1, "error: clip.mp4 is no video: use another\n")


def test_a_clip_may_be_named_as_dvc_names_its_stage(monkeypatch):
    given = []
    for argument in ("tango", "decode@tango", "../dvc.yaml:decode@tango"):
        monkeypatch.setattr(sys, "argv", ["stage", argument])
        run(given.append, "clip")
    assert given == ["tango"] * 3


def test_minutes_are_remembered_by_stage_and_clip(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert minutes_by_stage(["target"]) == {}
    (tmp_path / ".minutes").mkdir()
    stages = ("decode@target", 1.5), ("decode@tango", 2.0), ("decode@gone", 9), ("report", 0.25)
    for age, (name, minutes) in enumerate(stages):
        (tmp_path / ".minutes" / name).write_text(str(minutes))
        os.utime(tmp_path / ".minutes" / name, (age, age))
    assert list(minutes_by_stage(["target", "tango"]).items()) == [("decode", 3.5), ("report", 0.25)]


def test_only_stages_leave_their_minutes(tmp_path, monkeypatch, project):
    """A stage that fails in its first line leaves none, one that ends does; a test that calls one leaves none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stage"])
    run(lambda: None)
    assert not (tmp_path / ".minutes").exists()
    (tmp_path / "params.yaml").write_bytes((project / "params.yaml").read_bytes())
    assert subprocess.run([sys.executable, "-m", "pipeline.decode", "target"], capture_output=True).returncode == 1
    assert not (tmp_path / ".minutes").exists()
    shutil.copytree(project / "data/raw", tmp_path / "data/raw")
    (tmp_path / "prior").symlink_to(project / "prior")
    link_networks(tmp_path)
    assert subprocess.run([sys.executable, "-m", "pipeline.check"], capture_output=True).returncode == 0
    assert [file.name for file in (tmp_path / ".minutes").iterdir()] == ["check"]


def test_a_loader_process_that_was_killed_is_one_line(monkeypatch, capsys):
    def main():
        raise RuntimeError("DataLoader worker (pid 7) is killed by signal: Killed. ")

    code, said = end(monkeypatch, capsys, main)
    assert code == 1 and said.count("\n") == 1 and "resumes from the last checkpoint" in said


def test_a_full_disk_is_one_line(monkeypatch, capsys):
    def main():
        with open("/dev/full", "w") as file:
            file.write("a checkpoint")

    code, said = end(monkeypatch, capsys, main)
    assert code == 1 and said.count("\n") == 1 and "the disk is full" in said and "run the same again" in said


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate")])
def test_memory_that_ran_out_is_one_line(monkeypatch, capsys, error):
    def main():
        raise error

    code, said = end(monkeypatch, capsys, main)
    assert code == 1 and said.count("\n") == 1 and "memory ran out" in said and "train.height" in said


def test_a_tensor_that_no_memory_holds_is_one_line(monkeypatch, capsys):
    code, said = end(monkeypatch, capsys, lambda: torch.empty(2**60, dtype=torch.uint8))
    assert code == 1 and said.count("\n") == 1 and "memory ran out" in said


def test_ctrl_c_ends_with_130_and_its_own_words(monkeypatch, capsys):
    def main(clip):
        raise KeyboardInterrupt(f"stopped at step 3 of {clip}")

    assert end(monkeypatch, capsys, main, "target") == (130, "stopped at step 3 of target\n")


def test_other_errors_keep_their_traceback(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["stage"])
    for error in (ValueError("a bug"), OSError(5, "Input/output error"), RuntimeError("a bug")):
        with pytest.raises(type(error)):
            run(lambda error=error: (_ for _ in ()).throw(error))


def test_help_tells_what_a_script_does(project):
    command = [sys.executable, "-m", "pipeline.decode", "--help"]
    called = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert called.returncode == 0 and called.stderr == ""
    assert called.stdout.startswith("usage: python -m pipeline.decode <clip>\n") and "Stage decode" in called.stdout


@pytest.mark.parametrize("given", [[], ["one", "two", "three"]])
def test_a_wrong_call_tells_the_usage(given, project):
    command = [sys.executable, "-m", "pipeline.ablations", *given]
    called = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert called.returncode == 2
    assert called.stderr == "usage: python -m pipeline.ablations <grid> <seeds>\n"
