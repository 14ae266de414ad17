"""Stopping between two steps on Ctrl-C or SIGTERM."""

import os
import signal
from types import FrameType

GRACE = 30  # s that a loader process goes on after SIGTERM


class Interrupt:
    """Inside this context Ctrl-C and SIGTERM only set ``requested``, so that training can stop after a whole step.

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
    """In a loader process: leave Ctrl-C and SIGTERM to the parent, which still needs batches for its last step.

    A terminal and a scheduler signal every process of a job. SIGTERM ends this process only after GRACE seconds; it
    must end it, since a parent that fails ends its loaders that way.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: signal.alarm(GRACE))
