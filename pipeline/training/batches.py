"""Which examples each training step sees, and the processes that load them."""

from collections.abc import Iterator, Sized
from typing import cast

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from pipeline.training.distributed import rank, world_size
from pipeline.training.interrupt import leave_stopping_to_parent


def loader_processes() -> int:
    """How many loader processes prepare this rank's batches: half its number of threads, from 2 to 8.

    One prepares some 100 pairs per second from frames of 512x512: a few are enough for a GPU, and two take little of
    two cores. Ranks on one machine have already divided its threads among them. No result depends on the number.
    """
    return min(max(torch.get_num_threads() // 2, 2), 8)


class StepSampler(Sampler[list[int]]):
    """Batches of item numbers for steps ``start`` to ``steps`` - 1: one shuffled epoch after another.

    Item i + size * epoch is example i in that epoch, for a dataset that may prepare it differently each time. A step's
    batch follows from the step's number and the seed alone, so that training resumes where it stopped. size: examples
    in the dataset. batch: items per step over all ranks, of which ``part`` selects this rank's.
    """

    def __init__(self, size: int, batch: int, start: int, steps: int, seed: int, part: slice = slice(None)) -> None:
        self.size, self.batch, self.start, self.steps, self.seed, self.part = size, batch, start, steps, seed, part

    def __len__(self) -> int:
        return self.steps - self.start

    def __iter__(self) -> Iterator[list[int]]:
        epoch, used = divmod(self.start * self.batch, self.size)
        order = self._shuffled(epoch)[used:]
        for _ in range(len(self)):
            while len(order) < self.batch:
                epoch += 1
                order = np.concatenate([order, self._shuffled(epoch)])
            yield order[: self.batch][self.part].tolist()
            order = order[self.batch :]

    def _shuffled(self, epoch: int) -> np.ndarray:
        return np.random.default_rng([self.seed, epoch]).permutation(self.size) + self.size * epoch


def step_loader(dataset: Dataset, batch: int, start: int, steps: int, seed: int) -> DataLoader:
    """A loader of one batch per step, for steps ``start`` to ``steps`` - 1, prepared in other processes.

    Each rank gets its own part of the batch; all parts have the same length.
    """
    part = slice(rank(), None, world_size())
    return DataLoader(
        dataset,
        batch_sampler=StepSampler(len(cast(Sized, dataset)), batch, start, steps, seed, part),
        num_workers=loader_processes(),
        pin_memory=torch.cuda.is_initialized(),  # True if the networks are on a GPU
        worker_init_fn=leave_stopping_to_parent,
        generator=torch.Generator(),  # its own: starting a loader must not advance PyTorch's global one
    )
