"""How much of a training's time is spent waiting for data."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Protocol


class Batches(Protocol):
    """One after another, and how many there are."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class TimedBatches:
    """``batches``, one after another, and the seconds it took to get them: ``waited``, of ``total`` since the first."""

    def __init__(self, batches: Batches) -> None:
        self.batches, self.waited, self.total = batches, 0.0, 0.0

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Any]:
        begin = asked = perf_counter()
        for batch in self.batches:
            self.waited += perf_counter() - asked
            yield batch
            asked = perf_counter()
            self.total = asked - begin

    def report(self) -> str:
        """The steps that the batches were for, in words."""
        each, share = self.total / len(self), 100 * self.waited / self.total
        return f"{len(self)} steps, {each:.3g} s each, {share:.1f} % of the time waiting for data"
