"""Which examples every training step sees, and their preparation in other processes."""

from collections.abc import Iterator, Sized
from typing import cast

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from pipeline.training.distributed import rank, size
from pipeline.training.interrupt import leave_stopping_to_parent


def loader_processes() -> int:
    """How many processes prepare this one's batches: half as many as it computes with threads, from 2 to 8.

    One prepares some 100 pairs a second from frames of 512x512, so few serve a GPU and two do not crowd two cores.
    Processes that train together on one machine have shared out the threads. No result depends on it.
    """
    return min(max(torch.get_num_threads() // 2, 2), 8)


class StepSampler(Sampler[list[int]]):
    """Batches of items for steps ``start`` to ``steps`` - 1: one shuffled pass over the data after another.

    Item i + size * epoch is example i in the given pass, for data that come out differently every time. Every step's
    batch follows from its number and the seed alone, so that training resumes where it stopped.
    ``part``: which of a batch's items are given.
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
    """A loader that gives one batch a step for steps ``start`` to ``steps`` - 1, prepared in other processes.

    Of several processes that train together each gets its part of the batch, all of one length.
    """
    return DataLoader(
        dataset,
        batch_sampler=StepSampler(len(cast(Sized, dataset)), batch, start, steps, seed, slice(rank(), None, size())),
        num_workers=loader_processes(),
        pin_memory=torch.cuda.is_initialized(),  # then the networks are on a GPU
        worker_init_fn=leave_stopping_to_parent,
        generator=torch.Generator(),  # its own: starting a loader must not move the networks' random state
    )
