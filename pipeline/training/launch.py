"""Starting the processes of one machine that train together, and waiting for them."""

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

STAGES = ("train_body", "train_face")  # each meets at a port of its own, so that helpers of both may wait at once
PORT = 29500  # torchrun's
STOPPED = 130  # exit status after Ctrl-C or SIGTERM
PR_SET_PDEATHSIG = 1  # Linux's prctl
GRACE = 10  # s that the others have for their last words when one has failed


def launch(stage: str, devices: int, nodes: int, device: torch.device) -> bool:
    """Run a training stage in ``devices`` processes on this machine, of ``nodes`` machines that do the same, and wait.

    -> False if this process shall train itself: because it is to train alone, or because it is one of several that
    this function or torchrun has started. The processes get torchrun's environment and share out the threads that this
    one would use. Ctrl-C reaches them by itself, SIGTERM is passed on. Raises UserError if a GPU or an environment
    variable is missing, or if a process is killed; SystemExit with its status if one fails, which has told why.
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
                worker.send_signal(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for i in range(devices):
            environment = shared | {WORKER: str(i), "RANK": str(node * devices + i)}
            command = [sys.executable, "-m", f"pipeline.{stage}"]
            workers.append(subprocess.Popen(command, env=environment, preexec_fn=_stop_with_parent))
        failure = _wait(workers)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if failure is None:
        return True
    if failure < 0 and not asked:
        name = signal.Signals(-failure).name
        raise UserError(f"a process of this training was killed by {name}; run the same again to go on from the last "
                        "checkpoint, with smaller networks or pictures if memory ran out")
    sys.exit(STOPPED if failure < 0 else failure)


def _stop_with_parent() -> None:
    """In a new worker: be sent SIGTERM when the process that started it is killed, and so put a checkpoint away and end."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _meeting_point(stage: str, nodes: int) -> tuple[str, int, int]:
    """Where the processes of all machines meet: (host, port, this machine's number). Raises UserError if unknown."""
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


def _wait(workers: list[subprocess.Popen]) -> int | None:
    """Wait until all have ended. -> the exit status of the first that did not end well, negative for a signal.

    After a failure the others are killed if they do not end by themselves; after a stop, which they have agreed on,
    they have all the time they need.
    """
    failure, deadline = None, float("inf")
    while True:
        running = [worker for worker in workers if worker.poll() is None]
        bad = [worker.returncode for worker in workers if worker.returncode]
        if bad and failure in (None, STOPPED):
            failure = min(bad)
            if failure != STOPPED:
                deadline = time.monotonic() + GRACE
        if not running:
            return failure
        if time.monotonic() > deadline:
            for worker in running:
                worker.kill()
        time.sleep(0.1)
