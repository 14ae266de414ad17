"""Data-parallel training: several processes (ranks), each with its part of every batch, that stay in step.

They start with the same weights and the same state of the random number generator, average gradients and losses in
every step and agree on when to stop. So the training state is the same in all of them, and rank 0's checkpoint serves
all. A process that trains alone is rank 0 of 1, and nothing here costs it anything.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta
from typing import cast

import torch
import torch.distributed as dist
from torch import Tensor

from pipeline.user.cli import UserError

WORKER = "LOCAL_RANK"  # in the environment of each of several processes, set by pipeline/training/launch.py or torchrun
# Timeouts. A process that ends closes its connections, so the others know at once; a machine that loses power does not.
PATIENCE = timedelta(minutes=30)  # within a step, sample grid and checkpoint included
LONG_PATIENCE = timedelta(days=7)  # until all processes have started, and while rank 0 works alone, which may be hours

_patient_group: dist.ProcessGroup | None = None  # a second group of the same processes, with the long timeout


def rank() -> int:
    """This process's number, from 0. Rank 0 alone prints, logs and writes files."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextmanager
def process_group(device: torch.device, processes: int) -> Iterator[None]:
    """Inside the block, be a member of the process group if this process was started as one of several.

    device: this process's own. processes: the world size that ``params.yaml`` asks for; another raises UserError. The
    first process that leaves the block by an exception tells the user why; the others, which lose contact with it or
    fail in the same way, exit silently.
    """
    if WORKER not in os.environ:
        yield
        return
    # gloo besides NCCL: flags stay on the CPU, since reading one from the GPU would mean waiting for it in every step
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    store, number, count = next(dist.rendezvous("env://", timeout=LONG_PATIENCE))
    dist.init_process_group(backend, store=store, rank=number, world_size=count, timeout=PATIENCE)
    if device.type == "cuda":
        torch.cuda.set_device(device)  # not earlier: a process that waits for the others needs no GPU memory
    global _patient_group
    _patient_group = cast(dist.ProcessGroup, dist.new_group(backend="gloo", timeout=LONG_PATIENCE))
    end: int | None = None
    try:
        if count != processes:
            raise UserError(f"{count} processes were started, but train.devices x train.nodes is {processes}")
        with redirect_stdout(sys.stdout if number == 0 else None):
            yield
        barrier()  # until rank 0 has finished what it alone does
    except BaseException as error:
        if _first_to_fail(store):
            raise
        end = 130 if isinstance(error, KeyboardInterrupt) else 1
    if end is not None:
        sys.exit(end)
    dist.destroy_process_group()


def average_over_ranks(tensors: list[Tensor]) -> None:
    """All-reduce: replace every tensor, float32 on this process's device, by its mean over all ranks."""
    if world_size() == 1:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    _all_reduce(flat, dist.ReduceOp.SUM)
    flat /= world_size()
    for tensor, mean in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
        tensor.copy_(mean.view(tensor.shape))


def any_rank(*flags: bool) -> tuple[bool, ...]:
    """For each flag, whether it is true in any rank. All ranks must call this, so it also makes them wait."""
    if world_size() == 1:
        return flags
    anywhere = torch.tensor(flags, dtype=torch.int32)
    _all_reduce(anywhere, dist.ReduceOp.MAX)
    return tuple(bool(flag) for flag in anywhere)


@contextmanager
def rank_0_first() -> Iterator[None]:
    """Rank 0 runs the block first, then the others, which find on disk what rank 0 has written."""
    if rank() != 0:
        barrier()
    yield
    if rank() == 0:
        barrier()


def barrier() -> None:
    """Wait until all ranks have come here, however long that takes."""
    if world_size() > 1:
        with _others_there():
            dist.barrier(_patient_group)


def require_same(value: object, message: str) -> None:
    """Raise UserError with ``message`` in all ranks unless ``value`` is the same in all of them."""
    if world_size() == 1:
        return
    values: list[object] = [None] * world_size()
    with _others_there():
        dist.all_gather_object(values, value)
    if any(other != value for other in values):
        raise UserError(message)


def _all_reduce(tensor: Tensor, operation: dist.ReduceOp.RedOpType) -> None:
    with _others_there():
        dist.all_reduce(tensor, operation)


@contextmanager
def _others_there() -> Iterator[None]:
    """Raise UserError if communication with the other ranks fails."""
    try:
        yield
    except RuntimeError as error:
        raise UserError(
            f"a process of this training has ended or cannot be reached, so rank {rank()} stops too; run the same "
            f"again to resume from the last checkpoint ({str(error).splitlines()[0]})"
        ) from None


def _first_to_fail(store: dist.Store) -> bool:
    """Whether no other rank has failed before this one."""
    try:
        return store.add("failures", 1) == 1
    except RuntimeError:  # the store ended with rank 0, whose failure was the first
        return False
