"""How much of the training time is spent waiting for data."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any, Protocol


class Batches(Protocol):
    """Anything that gives batches one after another and knows how many, such as a DataLoader."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class TimedBatches:
    """``batches``, timed: ``waited``, the seconds spent waiting for them, of ``total`` since asking for the first.

    steps: what each took, s.
    """

    def __init__(self, batches: Batches) -> None:
        self.batches, self.waited, self.total = batches, 0.0, 0.0
        self.steps: list[float] = []

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Any]:
        begin = asked = perf_counter()
        for batch in self.batches:
            self.waited += perf_counter() - asked
            yield batch
            before, asked = asked, perf_counter()
            self.steps.append(asked - before)
            self.total = asked - begin

    def report(self) -> str:
        """How many steps there were, how long each took and how much of it was waiting, for the user."""
        each, share = median(self.steps), 100 * self.waited / self.total  # the first steps and samples take longer
        return f"{len(self)} steps, {each:.3g} s each, {share:.1f} % of the time waiting for data"
