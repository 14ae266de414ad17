"""Launching the ranks that run on one machine, and waiting for them.

Why not one of PyTorch's launchers (tried with 2.14, two processes on the CPU): torchrun's agent lets the processes
finish their step after Ctrl-C or SIGTERM, but then prints a traceback and exits with 1; a failure gets a traceback and
a table. It gives each process a session of its own: a second Ctrl-C reaches them as SIGTERM, and when the agent is
killed, alone or with its process group, they train on. When one has ended with an error, the others are killed 30 s
later, whatever ``--shutdown-timeout`` is. torch.multiprocessing's processes pass its start method, "spawn", on to their
loader processes, each of which then imports everything anew (a first step of 22 s instead of 1). When the parent is
killed they get SIGINT, and one of two tries stopped at once.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time

import torch

from pipeline.training.distributed import WORKER
from pipeline.user.cli import UserError

STAGES = ("train_body", "train_face")  # each has a port of its own, so that other machines may wait for both at once
PORT = 29500  # torchrun's
STOPPED = 130  # exit status after Ctrl-C or SIGTERM
PR_SET_PDEATHSIG = 1  # Linux's prctl
GRACE = 30  # s in which the others must end once one process has failed


def launch(stage: str, devices: int, nodes: int, device: torch.device) -> bool:
    """Run a training stage in ``devices`` processes on this machine, one of ``nodes`` that all do the same, and wait.

    -> True when they have trained. False, at once, if this process has to train itself: because it trains alone, or
    because it is a rank that this function or torchrun has started. The processes get torchrun's environment variables
    and divide among them the threads that this one would use. The terminal sends Ctrl-C to them too; SIGTERM is passed
    on. Raises UserError if a GPU or an environment variable is missing, or if a process is killed; SystemExit with a
    process's exit status if it fails, which has then printed why.
    """
    if devices * nodes == 1 or WORKER in os.environ:
        return False
    if device.type == "cuda" and devices > torch.cuda.device_count():
        raise UserError(f"train.devices is {devices}; allowed: at most {torch.cuda.device_count()}, the number of CUDA "
                        "devices here")
    address, port, node = _meeting_point(stage, nodes)
    if nodes > 1:
        print(f"machine {node} of {nodes}: waiting for the others at {address}, port {port}", flush=True)
    shared = os.environ | {
        "MASTER_ADDR": address, "MASTER_PORT": str(port), "WORLD_SIZE": str(devices * nodes),
        "OMP_NUM_THREADS": str(max(1, torch.get_num_threads() // devices)),
    }
    workers: list[subprocess.Popen] = []
    asked: list[int] = []

    def note(number: int, _frame: object) -> None:
        asked.append(number)
        if number == signal.SIGTERM:
            for worker in workers:
                worker.terminate()

    signal.signal(signal.SIGINT, note)
    signal.signal(signal.SIGTERM, note)
    for i in range(devices):
        environment = shared | {WORKER: str(i), "RANK": str(node * devices + i)}
        command = [sys.executable, "-m", f"pipeline.{stage}"]
        workers.append(subprocess.Popen(command, env=environment, preexec_fn=_stop_with_parent))
    status = _wait(workers)
    if status < 0 and not asked:
        raise UserError(f"a process of this training was killed by {signal.Signals(-status).name}; run the same again "
                        "to resume from the last checkpoint, with smaller networks or pictures if memory ran out")
    if status:
        sys.exit(STOPPED if status < 0 else status)
    return True


def _stop_with_parent() -> None:
    """In a new worker: get SIGTERM if the launching process is killed, and so save a checkpoint and end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _meeting_point(stage: str, nodes: int) -> tuple[str, int, int]:
    """The rendezvous of all ranks: (host, port, this machine's number). Raises UserError if it is not known."""
    if nodes == 1:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return "127.0.0.1", free.getsockname()[1], 0
    try:
        address, node = os.environ["MASTER_ADDR"], int(os.environ["NODE_RANK"])
        port = int(os.environ.get("MASTER_PORT", PORT)) + STAGES.index(stage)
        if not 0 <= node < nodes:
            raise ValueError
    except (KeyError, ValueError):
        raise UserError(
            f"train.nodes is {nodes}, so the environment must say where the machines meet: MASTER_ADDR, the name of "
            f"the first one, NODE_RANK, this one's number from 0 to {nodes - 1}, and MASTER_PORT, if it is not {PORT}"
        ) from None
    return address, port, node


def _wait(workers: list[subprocess.Popen]) -> int:
    """Wait until all have ended. -> 0, or the first failed one's exit status, negative if a signal killed it."""
    while None in (statuses := [worker.poll() for worker in workers]) and not any(statuses):
        time.sleep(0.1)
    deadline = time.monotonic() + GRACE
    for worker in workers:
        try:
            worker.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    return min(filter(None, statuses), default=0)
