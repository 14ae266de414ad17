"""Processes that train together, each on its part of every batch: who is who, and what they tell each other.

They start with the same weights and random state, average gradients and losses in every step and ask each other
whether to stop, so that the training's state is the same in all of them and rank 0's checkpoint is everyone's. A
process that trains alone is rank 0 of 1, and nothing here costs it anything.
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
# A process that ends closes its connections, and the others know at once. A machine that loses its power does not.
PATIENCE = timedelta(minutes=30)  # in a step, with a sample grid and a checkpoint
LONG_PATIENCE = timedelta(days=7)  # until the others come, and while rank 0 is busy alone, which may be hours

_waiting_room: dist.ProcessGroup | None = None  # all processes again, with long patience


def rank() -> int:
    """This process's number. Rank 0 alone speaks, logs and writes files."""
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    """How many processes train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


@contextmanager
def together(device: torch.device, processes: int) -> Iterator[None]:
    """Inside the block, train together with the others if this process was started as one of several.

    device: this process's own. processes: how many there must be (UserError if not). The first process that leaves by
    an exception tells the user why; the others, which miss it or fail in the same way, exit without a word.
    """
    if WORKER not in os.environ:
        yield
        return
    # flags are on the CPU even where gradients are not: asking a GPU would mean waiting for it in every step
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    store, number, count = next(dist.rendezvous("env://", timeout=LONG_PATIENCE))
    dist.init_process_group(backend, store=store, rank=number, world_size=count, timeout=PATIENCE)
    if device.type == "cuda":
        torch.cuda.set_device(device)  # not before: processes that wait for the first machine need no memory of a GPU
    global _waiting_room
    _waiting_room = cast(dist.ProcessGroup, dist.new_group(backend="gloo", timeout=LONG_PATIENCE))
    end: int | None = None
    try:
        if count != processes:
            raise UserError(f"{count} processes were started, but train.devices x train.nodes is {processes}")
        with redirect_stdout(sys.stdout if number == 0 else None):
            yield
        meet()  # what rank 0 alone had to do is done
    except BaseException as error:
        if _first_to_fail(store):
            raise
        end = 130 if isinstance(error, KeyboardInterrupt) else 1
    if end is not None:
        sys.exit(end)
    dist.destroy_process_group()


def average(tensors: list[Tensor]) -> None:
    """Replace every tensor, float32 on this process's device, by its mean over the processes."""
    if size() == 1:
        return
    flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
    _all_reduce(flat, dist.ReduceOp.SUM)
    flat /= size()
    for tensor, mean in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
        tensor.copy_(mean.view(tensor.shape))


def any_rank(*flags: bool) -> tuple[bool, ...]:
    """For each flag, whether it is true in any process. All must ask, so this also makes them wait for each other."""
    if size() == 1:
        return flags
    anywhere = torch.tensor(flags, dtype=torch.int32)
    _all_reduce(anywhere, dist.ReduceOp.MAX)
    return tuple(bool(flag) for flag in anywhere)


@contextmanager
def rank_0_first() -> Iterator[None]:
    """Rank 0 runs the block, then the others do, who find on the disk what it left there."""
    if rank() != 0:
        meet()
    yield
    if rank() == 0:
        meet()


def meet() -> None:
    """Wait for all others, however long that takes."""
    if size() > 1:
        with _others_there():
            dist.barrier(_waiting_room)


def require_same(value: object, message: str) -> None:
    """Raise UserError with ``message`` in all processes unless ``value`` is the same in all of them."""
    if size() == 1:
        return
    values: list[object] = [None] * size()
    with _others_there():
        dist.all_gather_object(values, value)
    if any(other != value for other in values):
        raise UserError(message)


def _all_reduce(tensor: Tensor, operation: dist.ReduceOp.RedOpType) -> None:
    with _others_there():
        dist.all_reduce(tensor, operation)


@contextmanager
def _others_there() -> Iterator[None]:
    """Raise UserError where talking to the other processes fails."""
    try:
        yield
    except RuntimeError as error:
        raise UserError(
            f"a process of this training has ended or cannot be reached, so rank {rank()} stops too; run the same "
            f"again to resume from the last checkpoint ({str(error).splitlines()[0]})"
        ) from None


def _first_to_fail(store: dist.Store) -> bool:
    try:
        return store.add("failures", 1) == 1
    except RuntimeError:  # the store ended with rank 0, whose failure was the first
        return False
