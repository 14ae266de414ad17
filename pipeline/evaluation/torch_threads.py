"""One frame's work after another, several at a time, where the work is PyTorch's."""

from collections.abc import Callable, Iterable, Iterator

import torch

from pipeline.runtime.parallel import Item, Result, in_threads


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """``work(item)`` of every item, in order, on as many threads as PyTorch would use for one operation.

    Each item has one thread, as the layers of a network for small pictures are too small to share out: that gains
    little on an idle machine, and on a busy one threads that wait for each other take many times as long. What makes
    the items keeps all threads. Items are taken as they are needed, so that memory does not grow with their number.
    """
    threads = torch.get_num_threads()

    def alone(item: Item) -> Result:
        torch.set_num_threads(1)  # of this very thread, and of threads that begin later
        return work(item)

    try:
        yield from in_threads(alone, items, threads)
    finally:
        torch.set_num_threads(threads)
