"""Silence for what MediaPipe says by itself."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# MediaPipe 0.10.14 calls a protobuf function that is only going to disappear.
warnings.filterwarnings("ignore", message="SymbolDatabase.GetPrototype", category=UserWarning)


@contextmanager
def native_messages_off() -> Iterator[None]:
    """Keep the start-up notes of MediaPipe's C++ side, which no setting turns off, from standard error."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
