"""A stage's end: what the user reads, and the exit status."""

import subprocess
import sys

import pytest
import torch

from pipeline.runtime.cli import UserError, run


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


@pytest.mark.parametrize("given", [[], ["--help"], ["one", "two", "three"]])
def test_a_wrong_call_and_one_for_help_tell_the_usage(given, project):
    called = subprocess.run([sys.executable, "-m", "pipeline.ablations", *given], cwd=project, capture_output=True, text=True)
    assert called.returncode == 2
    assert called.stderr == "usage: python -m pipeline.ablations <grid> <seeds>\n"
