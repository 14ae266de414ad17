"""How far long work has come: a bar on a terminal; elsewhere nothing until one line at its end."""

import sys
from collections.abc import Iterable
from math import inf
from typing import Any

from tqdm import tqdm


class Progress(tqdm):
    """A bar with the rate and the time left, on one line however narrow the terminal is.

    Without a terminal, as in a log file, only a line at the end says how much was done and how fast. items: what is
    iterated over, or None if :meth:`update` is called. what: in words. unit: one of ``total``. initial: done before.
    """

    def __init__(
        self, items: Iterable | None = None, what: str = "", unit: str = "", total: int | None = None,
        initial: int = 0, disable: bool = False,
    ) -> None:
        self.quiet = not sys.stderr.isatty()
        super().__init__(items, desc=what, unit=unit, total=total, initial=initial, disable=disable,
                         delay=inf if self.quiet else 0, dynamic_ncols=True)

    def refresh(self, *arguments: Any, **named: Any) -> bool | None:
        """Draw the bar anew, if there is one."""
        return None if self.quiet else super().refresh(*arguments, **named)

    def close(self) -> None:
        """End the bar, or say how much was done, if it is all of it."""
        if self.quiet and not self.disable and self.n == self.total and (done := self.n - self.initial) > 0:
            each = (self._time() - self.start_t) / done
            print(f"{self.desc.rstrip(': ')}: {done} {self.unit}s, {each:.3g} s each", file=sys.stderr, flush=True)
        super().close()
