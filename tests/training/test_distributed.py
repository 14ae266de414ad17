"""Several processes that train together: they learn what one process does, and are stopped and continued as one."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from test_resume import assert_the_same_bytes, checkpoints, make_workspaces, start
from tiny_training import make_workspace, shrink
from toy_training import toy_losses, toy_state

from pipeline import train_body, train_face
from pipeline.body.step import body_losses, discriminator_channels
from pipeline.losses.perceptual import PerceptualLoss
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.discriminator import MultiscaleDiscriminator
from pipeline.params import Log, load_params
from pipeline.training import checkpoint
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.distributed import process_group, rank
from pipeline.training.launch import launch
from pipeline.training.loop import train, update
from pipeline.training.optimizer import make_optimizer
from pipeline.user.cli import UserError

PARAMS = Path(__file__).parents[2] / "params.yaml"
LEARNING_RATE = 0.0005
CPU = torch.device("cpu")


@pytest.fixture
def params(default_params):
    """Tiny networks, a batch for two, checkpoints after every step."""
    params = shrink(default_params)
    params["checkpoints"]["every"] = 0
    params["train"] |= {"batch": 2, "devices": 2, "steps": 30, "decay_steps": 10}
    params["log"] = {"every": 4, "samples_every": 7}
    return params


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def three_steps(part: slice, moves: bool) -> dict[str, torch.Tensor]:
    """Train both networks on ``part`` of a batch of 4. -> first gradients and last weights by network, flat.

    moves: whether the perceptual loss moves its pictures at random.
    """
    torch.manual_seed(0)
    generator = BodyGenerator(True, 4, downsamplings=2, blocks=1, enhancer_blocks=None, layered=True)
    discriminator = MultiscaleDiscriminator(discriminator_channels(True), ndf=4, layers=2, scales=2)
    networks = {"generator": generator, "discriminator": discriminator}
    optimizers = [make_optimizer(n.parameters(), LEARNING_RATE, (0.5, 0.999), 3, 0)[0] for n in networks.values()]
    poses, frames = torch.rand(2, 4, 2, 3, 32, 32) * 2 - 1
    plates, known = torch.rand(4, 3, 32, 32) * 2 - 1, torch.randint(3, (4, 2, 8, 8), dtype=torch.uint8)
    objective = {"gan_loss": "lsgan", "r1": 0.1, "r2": 0.0, "lambda_fm": 10.0, "lambda_vgg": 5.0}
    params = load_params(PARAMS).train.model_copy(update=objective)
    perceptual = PerceptualLoss("efficientnet_lite0", None)
    perceptual.moves = moves
    found = {}
    for step in range(3):
        batch = poses[part], frames[part], plates[part], known[part]
        g, d, _ = body_losses(generator, discriminator, perceptual, params, "fp32", *batch)
        update(g, d, generator, discriminator, optimizers)
        if step == 0:
            found |= {f"{key} gradient": flat(p.grad for p in n.parameters()) for key, n in networks.items()}
    return found | {f"{key} weights": flat(n.parameters()) for key, n in networks.items()}


def flat(tensors: Iterable[torch.Tensor]) -> torch.Tensor:
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def exit_statuses_of_two(call: str) -> list[int]:
    """Call a function of this module in two processes that train together."""
    environment = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": "2"}
    environment["PYTHONPATH"] = os.pathsep.join([environment["PYTHONPATH"], *map(str, Path(__file__).parents[:2])])
    command = [sys.executable, "-c", f"import test_distributed; test_distributed.{call}"]
    processes = [subprocess.Popen(command, env=environment | {"RANK": str(i), "LOCAL_RANK": str(i)}) for i in range(2)]
    return [process.wait(timeout=300) for process in processes]


def train_my_part(folder: str, moves: bool) -> None:
    torch.set_num_threads(1)
    with process_group(CPU, 2):
        torch.save(three_steps(slice(rank(), None, 2), moves), f"{folder}/{rank()}.pt")


@pytest.mark.slow
@pytest.mark.parametrize("moves", [False, True])
def test_two_processes_with_half_the_batch_each_learn_what_one_does(tmp_path, moves):
    assert exit_statuses_of_two(f"train_my_part({str(tmp_path)!r}, {moves})") == [0, 0]
    first, second = (torch.load(tmp_path / f"{i}.pt") for i in range(2))
    for name, alone in three_steps(slice(None), moves).items():
        assert torch.equal(first[name], second[name])
        difference = first[name] - alone
        if "gradient" in name:
            assert difference.norm() < 1e-5 * alone.norm()  # float32 sums in another order
        else:
            # Adam divides a gradient by its size: a bias before an instance norm, whose gradient is nothing but
            # rounding, goes a learning rate a step up or down. Nearly all others go the same way.
            assert difference.abs().max() < 2.1 * 3 * LEARNING_RATE
            # With moved pictures gradients change their signs between steps, and Adam makes more of
            # what is left of them.
            assert difference.abs().quantile(0.9) < (0.1 if moves else 0.01) * LEARNING_RATE


def stop_on_a_slow_disk(folder: str) -> None:
    """Train the toy networks; rank 1 is asked to stop, and rank 0 needs a second for the checkpoint.

    Each exits with 0 if the checkpoint is there by then.
    """
    write = checkpoint.write_checkpoint
    checkpoint.write_checkpoint = lambda *content: (time.sleep(1), write(*content))
    with process_group(CPU, 2):
        state, files = toy_state(), Checkpoints(Path(folder), every=1000, keep=2)
        with suppress(KeyboardInterrupt), files.open_log() as live:
            log = Log(every=1, samples_every=4)
            train(state, [1.0] * 4, toy_losses(state), live, files, log, lambda: np.zeros((4, 4, 3), np.uint8),
                  lambda step: signal.raise_signal(signal.SIGTERM) if (rank(), step) == (1, 2) else None)
        os._exit(0 if list(Path(folder).glob("*-toy-2.safetensors")) else 1)


@pytest.mark.slow
def test_no_process_leaves_a_stopped_training_before_its_checkpoint_is_written(tmp_path):
    """Else torchrun and our launcher, of which a process has ended, would soon kill the one that still writes."""
    assert exit_statuses_of_two(f"stop_on_a_slow_disk({str(tmp_path)!r})") == [0, 0]


def start_and_await_a_checkpoint(workspaces: Path, stage: str) -> subprocess.Popen:
    before = checkpoints(workspaces)
    process = start(workspaces, stage)
    while not set(checkpoints(workspaces)) - set(before):
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    return process


@pytest.mark.slow
def test_ended_in_every_way_and_continued_gives_the_bytes_of_torchrun_without_a_stop(tmp_path, params, monkeypatch):
    make_workspaces(tmp_path, params, monkeypatch)

    process = start_and_await_a_checkpoint(tmp_path, "train_body")
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(workers) == 2
    os.kill(int(workers[1]), signal.SIGKILL)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "a process of this training was killed by SIGKILL" in err
    assert "Traceback" not in err

    process = start_and_await_a_checkpoint(tmp_path, "train_body")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert err.count("run the same again to resume from step") == err.count("stopping after this step") == 1

    process = start_and_await_a_checkpoint(tmp_path, "train_body")
    process.terminate()  # this process alone: it passes SIGTERM on
    process.communicate(timeout=300)
    assert process.returncode == 130

    process = start(tmp_path, "train_body")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "-m", "pipeline.train_body"]
    subprocess.run(torchrun, check=True, capture_output=True)
    assert_the_same_bytes(tmp_path, "train_body")


@pytest.mark.slow
def test_the_processes_put_a_checkpoint_away_and_end_when_the_one_that_started_them_is_killed(
    tmp_path, params, monkeypatch
):
    make_workspaces(tmp_path, params, monkeypatch)
    process = start_and_await_a_checkpoint(tmp_path, "train_body")
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    process.communicate(timeout=60)  # ends when they have closed the pipe
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process = start(tmp_path, "train_body")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert "resuming from step" in out


@pytest.mark.slow
def test_two_machines_train_the_face_as_one_process_does(tmp_path, params, monkeypatch):
    params["train"] |= {"devices": 1, "steps": 1, "decay_steps": 1}
    # the second step's losses show what the first one learnt; from the third on Adam has made rounding large
    params["face"] |= {"steps": 1, "decay_steps": 1, "batch": 4}
    params["log"]["every"] = 1
    make_workspace(tmp_path / "alone", params, 64, 64)
    monkeypatch.chdir(tmp_path / "alone")
    train_body.main()
    train_face.main()
    params["train"]["nodes"] = 2
    make_workspace(tmp_path / "shared", params, 64, 64)
    shutil.copytree("models", tmp_path / "shared/models")
    (tmp_path / "shared/models/face.safetensors").unlink()
    environment = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    # one thread, as in this process: with more, rounding differs, and a rendered crop by a grey level here and there
    environment["OMP_NUM_THREADS"] = "1"
    machines = [
        subprocess.Popen([sys.executable, "-m", "pipeline.train_face"], cwd=tmp_path / "shared",
                         env=environment | {"NODE_RANK": str(node)})
        for node in range(2)
    ]
    assert [machine.wait(timeout=300) for machine in machines] == [0, 0]
    assert (tmp_path / "shared/models/face.safetensors").is_file()
    curves = Path("reports/train_face/plots/metrics/face")
    for curve in curves.iterdir():
        lines = zip((tmp_path / "shared" / curve).read_text().split()[2:], curve.read_text().split()[2:], strict=True)
        for together_, alone in lines:
            assert float(together_) == pytest.approx(float(alone), rel=1e-3), curve.name


@pytest.mark.slow
def test_what_all_processes_miss_is_said_once(tmp_path, params, monkeypatch):
    make_workspaces(tmp_path, params, monkeypatch)
    (tmp_path / "stopped/data/background/poses.parquet").unlink()
    process = start(tmp_path, "train_body")
    _, err = process.communicate(timeout=300)
    assert process.returncode == 1
    assert err.count("error: ") == err.count("data/background/poses.parquet") == 1
    assert "Traceback" not in err


def test_more_devices_than_there_are_is_one_sentence(monkeypatch):
    monkeypatch.delenv("LOCAL_RANK", raising=False)
    devices = torch.cuda.device_count() + 2
    with pytest.raises(UserError, match=f"train.devices is {devices}; allowed: at most {torch.cuda.device_count()}"):
        launch("train_body", devices, 1, torch.device("cuda"))


@pytest.mark.parametrize("environment", [{}, {"MASTER_ADDR": "a"}, {"MASTER_ADDR": "a", "NODE_RANK": "2"}])
def test_machines_that_do_not_know_where_to_meet_say_what_is_missing(monkeypatch, environment):
    for name in ("LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "NODE_RANK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match="train.nodes is 2, .* MASTER_ADDR, .* NODE_RANK, .* 0 to 1"):
        launch("train_body", 1, 2, CPU)


def test_alone_nothing_is_started():
    assert not launch("train_body", 1, 1, CPU)
    assert not torch.distributed.is_initialized()
