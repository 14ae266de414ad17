"""Real training processes that are stopped in every way and started again: the result's bytes are as if never stopped."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_training import make_workspace, shrink

from pipeline import train_body, train_face

pytestmark = pytest.mark.slow
RANDOM = random.Random(0)


@pytest.fixture
def workspaces(tmp_path, monkeypatch, default_params):
    """Two folders with the same data: one for a run without stops. Checkpoints after every step."""
    params = shrink(default_params)
    params["train"] |= {"steps": 20, "decay_steps": 10, "coarse_steps": 15, "coarse_decay_steps": 5,
                        "frozen_global_steps": 8, "log_every": 4, "sample_every": 7}
    params["train"]["generator"]["enhancer"] = True
    params["face"] |= {"steps": 40, "decay_steps": 20, "log_every": 4, "sample_every": 7}
    params["checkpoints"]["every"] = 0
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(tmp_path / "cache"))
    for name in ("whole", "stopped"):
        make_workspace(tmp_path / name, params, 64, 64)
    monkeypatch.chdir(tmp_path / "whole")
    return tmp_path


def start(workspaces: Path, stage: str) -> subprocess.Popen:
    """The stage as DVC starts it, its outputs removed, in a process group of its own as in a terminal."""
    folder = workspaces / "stopped"
    shutil.rmtree(folder / f"reports/{stage}", ignore_errors=True)
    (folder / f"models/{stage.removeprefix('train_')}.safetensors").unlink(missing_ok=True)
    return subprocess.Popen([sys.executable, "-m", f"pipeline.{stage}"], cwd=folder, start_new_session=True, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def checkpoints(workspaces: Path) -> list[Path]:
    return sorted(workspaces.glob("cache/*/[0-9]*.safetensors"))


def stop(workspaces: Path, stage: str, number: signal.Signals) -> tuple[int, str, str]:
    """Start the stage and signal its whole process group at a random moment of training. -> its exit status and output."""
    before = checkpoints(workspaces)[-1:]
    process = start(workspaces, stage)
    while checkpoints(workspaces)[-1:] == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    time.sleep(RANDOM.uniform(0, 0.3))
    assert process.poll() is None, "finished before it could be stopped"
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    return process.returncode, out, err


def finish(workspaces: Path, stage: str) -> tuple[str, str]:
    process = start(workspaces, stage)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out, err


def content(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_the_same_bytes(workspaces: Path, stage: str) -> None:
    weights = f"models/{stage.removeprefix('train_')}.safetensors"
    assert (workspaces / "stopped" / weights).read_bytes() == (workspaces / "whole" / weights).read_bytes()
    assert content(workspaces / f"stopped/reports/{stage}") == content(workspaces / f"whole/reports/{stage}")
    assert list((workspaces / "cache").iterdir()) == []


def test_training_that_is_stopped_again_and_again_ends_in_the_same_bytes(workspaces):
    train_body.main()
    code, _, err = stop(workspaces, "train_body", signal.SIGINT)
    assert code == 130
    newest = checkpoints(workspaces)[-1].stem.split("-")
    assert f"run the same again to go on from step {newest[2]} of {newest[1]}" in err
    phases = set()
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        code, out, _ = stop(workspaces, "train_body", number)
        assert code == (130 if number == signal.SIGTERM else -signal.SIGKILL)
        assert "going on from step" in out
        phases.add(checkpoints(workspaces)[-1].stem.split("-")[1])
        assert len(checkpoints(workspaces)) <= 3  # two, and one not yet pruned when it was killed
    older, newest = checkpoints(workspaces)[-2:]
    os.truncate(newest, 5000)
    out, err = finish(workspaces, "train_body")
    assert f"{newest} is cut short" in err
    assert str(older) in out
    assert_the_same_bytes(workspaces, "train_body")
    assert phases == {"coarse", "body"}

    shutil.copytree(workspaces / "stopped/models", workspaces / "whole/models", dirs_exist_ok=True)
    train_face.main()
    assert stop(workspaces, "train_face", signal.SIGKILL)[0] == -signal.SIGKILL
    code, _, err = stop(workspaces, "train_face", signal.SIGINT)
    assert code == 130
    assert "frame/s" not in err  # the body generator's pictures are not made again
    finish(workspaces, "train_face")
    assert_the_same_bytes(workspaces, "train_face")
