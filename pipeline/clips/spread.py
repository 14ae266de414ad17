"""Evenly spread choices."""

import numpy as np

RUN = 32  # neighbours that are chosen together: what needs the frames before one finds them


def spread(count: int, most: int) -> np.ndarray:
    """At most ``most`` of the indices 0..count-1, evenly spread from the first to the last, int64."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def spread_runs(times: np.ndarray, most: int) -> np.ndarray:
    """At most ``most`` of the ascending ``times``, in runs of RUN neighbours spread evenly over all of them."""
    if len(times) <= most:
        return times
    run = min(RUN, most)
    starts = spread(len(times) - run + 1, most // run)
    return times[(starts[:, None] + np.arange(run)).ravel()]
