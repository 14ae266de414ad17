"""Stopping between two steps when Ctrl-C or SIGTERM asks for it."""

import os
import signal
from types import FrameType

GRACE = 30  # s that a loader process goes on after SIGTERM


class Interrupt:
    """While entered, Ctrl-C and SIGTERM only set ``requested``, for the work to stop where it can resume later.

    Another Ctrl-C stops at once (KeyboardInterrupt). Another SIGTERM does not: `timeout` and schedulers send several.
    ``tell``: whether to tell the user.
    """

    def __init__(self, tell: bool = True) -> None:
        self.requested, self._tell = False, tell

    def __enter__(self) -> "Interrupt":
        self._before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        if self._tell and not self.requested:
            os.write(2, b"\nstopping after this step; Ctrl-C again stops at once\n")  # print is not reentrant
        self.requested = True


def leave_stopping_to_parent(_worker: int = 0) -> None:
    """In a loader process: leave it to the parent, which still wants batches, to answer Ctrl-C and SIGTERM.

    A terminal and a scheduler signal every process of a job. SIGTERM ends this one after GRACE seconds, since it is
    also how a parent that failed ends its loaders.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(GRACE))
