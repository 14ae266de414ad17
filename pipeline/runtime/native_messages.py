"""Silence for what libraries say by themselves."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def native_messages_off() -> Iterator[None]:
    """Keep the notes of C++ code, which no setting turns off, from standard error."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
