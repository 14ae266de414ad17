"""How a clip is divided into runs of consecutive frames, each for a detector of its own.

It is divided at cuts, since the detector tracks a person from frame to frame, and after RUN frames at the latest, so
that several processes can share a long clip. The runs depend on the clip alone, so the poses do not depend on the
number of processes.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

# A detector takes 0.2 s, the time of 5 frames, to start. In a calm clip one that starts in the middle of a shot differs
# from one that has long been following by 3 px (of 512) in its first frame, 1.5 after 8 and below 1 after 18.
RUN = 500  # frames at most: starting and lead together cost 4 %
LEAD = 15  # frames seen before those that count, where the shot has them


@dataclass(frozen=True)
class Run:
    """Frames ``begin`` to ``end`` - 1 of a clip. What remembers earlier frames, a detector or a generator, gets those
    from ``lead`` on.
    """

    lead: int
    begin: int
    end: int


def cut_runs(shots: np.ndarray) -> list[Run]:
    """All frames of a clip once, in order. shots: int (frames,), the number of each frame's shot, ascending."""
    edges = [0, *(np.flatnonzero(np.diff(shots)) + 1).tolist(), len(shots)]
    runs = []
    for first, last in pairwise(edges):
        parts = ceil((last - first) / RUN)
        borders = [first + (last - first) * part // parts for part in range(parts + 1)]
        runs += [Run(max(first, begin - LEAD), begin, end) for begin, end in pairwise(borders)]
    return runs
