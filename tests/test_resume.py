"""Real training processes, stopped in every way and started again: the same bytes as if never stopped."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from tiny_training import make_workspace, shrink

from pipeline import train_body, train_face

pytestmark = pytest.mark.slow
RANDOM = random.Random(0)


@pytest.fixture
def params(default_params):
    """Tiny networks, checkpoints after every step, curves and samples that do not fall on the phases' ends."""
    params = shrink(default_params)
    params["checkpoints"]["every"] = 0
    params["log"] = {"every": 4, "samples_every": 7}
    return params


def make_workspaces(folder: Path, params: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two projects with the same data: `whole`, where this process is now, for a run without stops, and `stopped`.

    Each has a cache of its own, as on two machines.
    """
    monkeypatch.setenv("EVERYBODY_DANCE_CACHE", str(folder / "cache of whole"))
    # Another number of threads shares out sums in another way: the stages' processes shall have as many as this one.
    monkeypatch.setenv("OMP_NUM_THREADS", str(torch.get_num_threads()))
    for name in ("whole", "stopped"):
        make_workspace(folder / name, params, 64, 64)
    monkeypatch.chdir(folder / "whole")


def start(workspaces: Path, stage: str) -> subprocess.Popen:
    """The stage as DVC starts it, its outputs removed, in a process group of its own as in a terminal."""
    folder = workspaces / "stopped"
    shutil.rmtree(folder / f"reports/{stage}", ignore_errors=True)
    (folder / f"models/{stage.removeprefix('train_')}.safetensors").unlink(missing_ok=True)
    return subprocess.Popen([sys.executable, "-m", f"pipeline.{stage}"], cwd=folder, start_new_session=True, text=True,
                            env=os.environ | {"EVERYBODY_DANCE_CACHE": str(workspaces / "cache")},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def checkpoints(workspaces: Path) -> list[Path]:
    return sorted(workspaces.glob("cache/*/[0-9]*.safetensors"))


def stop(workspaces: Path, stage: str, number: signal.Signals, phase: str = "") -> tuple[int, str, str]:
    """Start the stage and signal its whole process group at a random moment after its first checkpoint of ``phase``.

    -> its exit status and what it printed.
    """
    before = checkpoints(workspaces)
    process = start(workspaces, stage)
    while not [path for path in checkpoints(workspaces) if path not in before and phase in path.name]:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    time.sleep(RANDOM.uniform(0, 0.3))
    assert process.poll() is None, "finished before it could be stopped"
    os.killpg(process.pid, number)
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert len(checkpoints(workspaces)) <= 3  # two, and one not yet pruned when the process was killed
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


def test_body_training_that_is_stopped_again_and_again_ends_in_the_same_bytes(tmp_path, params, monkeypatch):
    params["train"] |= {"steps": 25, "decay_steps": 10, "coarse_steps": 15, "coarse_decay_steps": 5,
                        "frozen_global_steps": 8}
    params["train"]["generator"]["enhancer"] = True
    make_workspaces(tmp_path, params, monkeypatch)
    train_body.main()
    assert stop(tmp_path, "train_body", signal.SIGKILL, "coarse")[0] == -signal.SIGKILL
    code, out, err = stop(tmp_path, "train_body", signal.SIGINT)
    assert code == 130
    assert "resuming from step" in out
    newest = checkpoints(tmp_path)[-1].stem.split("-")
    assert f"run the same again to resume from step {newest[2]} of {newest[1]}" in err
    assert stop(tmp_path, "train_body", signal.SIGKILL, "body")[0] == -signal.SIGKILL
    older, newest = checkpoints(tmp_path)[-2:]
    os.truncate(newest, 5000)
    out, err = finish(tmp_path, "train_body")
    assert f"{newest} is cut short" in err
    assert str(older) in out
    assert_the_same_bytes(tmp_path, "train_body")


def test_curves_are_whole_though_the_outputs_are_deleted_while_it_trains(tmp_path, params, monkeypatch):
    """As by a second `dvc repro` when the first one was killed and its training lives on."""
    params["train"] |= {"steps": 30, "decay_steps": 10}
    make_workspaces(tmp_path, params, monkeypatch)
    train_body.main()
    process = start(tmp_path, "train_body")
    while process.poll() is None:
        if checkpoints(tmp_path):
            shutil.rmtree(tmp_path / "stopped/reports/train_body", ignore_errors=True)
        if (finished := list(tmp_path.glob("cache/*/*-body-3[5-9].safetensors"))):
            break
        time.sleep(0.01)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and finished, err
    assert_the_same_bytes(tmp_path, "train_body")


def test_what_was_drawn_before_a_stop_can_be_looked_at(tmp_path, params, monkeypatch):
    params["train"] |= {"steps": 200, "decay_steps": 10}
    make_workspaces(tmp_path, params, monkeypatch)
    process = start(tmp_path, "train_body")
    while not list(tmp_path.glob("cache/*/log/plots/images/body/*.png")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    log = Path(err.strip().splitlines()[-1].split("loss curves and samples so far: ")[1])
    assert list(log.glob("plots/images/body/*.png")) and list(log.glob("plots/metrics/body/*.tsv"))
    assert not (tmp_path / "stopped/reports/train_body").exists()  # half-drawn curves are no output


def test_a_finished_training_whose_outputs_are_lost_is_not_begun_anew(tmp_path, params, monkeypatch):
    """As when the disk is full while DVC puts them into its cache, before it runs the stage again."""
    make_workspaces(tmp_path, params, monkeypatch)
    train_body.main()
    finish(tmp_path, "train_body")
    last = checkpoints(tmp_path)[-1]
    out, _ = finish(tmp_path, "train_body")
    assert str(last) in out
    assert_the_same_bytes(tmp_path, "train_body")


def test_face_training_that_is_stopped_again_and_again_ends_in_the_same_bytes(tmp_path, params, monkeypatch):
    params["face"] |= {"steps": 40, "decay_steps": 20}
    params["train"]["precision"] = "bf16"  # and so channels last: weights and moments must come back in that order
    make_workspaces(tmp_path, params, monkeypatch)
    train_body.main()
    shutil.copytree(tmp_path / "whole/models", tmp_path / "stopped/models")
    train_face.main()
    assert stop(tmp_path, "train_face", signal.SIGKILL)[0] == -signal.SIGKILL
    code, _, err = stop(tmp_path, "train_face", signal.SIGTERM)
    assert code == 130
    assert "render for the Face GAN" not in err  # the body generator's pictures are not made again
    finish(tmp_path, "train_face")
    assert_the_same_bytes(tmp_path, "train_face")
