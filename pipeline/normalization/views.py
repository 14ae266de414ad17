"""Shots that show a dancer as one camera would from one place: each such view of a clip is fitted by itself.

After a cut to a closer view, one fit for all would take the larger person for a nearer one.
"""

import numpy as np

from pipeline.clips.layout import MID_HIP, NECK
from pipeline.normalization.feet import coordinates, torso_length

ALIKE = 1.15  # how many times as large a person may look in one of two shots of one view
MOVED = 0.5  # of the torso: how much higher or lower the person may stand in one of them
SHORTEST = 15  # frames that show somebody: a shot with less of them joins the view that is most like it


def views_of(joints: np.ndarray, shots: np.ndarray) -> np.ndarray:
    """The number of its view for each frame of smoothed joints (frames, 137, 3), int64 (frames,): 0 is that of most.

    shots: int (frames,), another number after every cut.
    """
    points = coordinates(joints)
    whole = np.isfinite(points[:, (NECK, MID_HIP), 0]).all(axis=1)
    sizes: dict[int, tuple[float, float]] = {}  # of a shot that shows somebody: the torso's length, the hips' row, px
    counts: dict[int, int] = {}
    for shot in np.unique(shots).tolist():
        seen = (shots == shot) & whole
        counts[shot] = int(seen.sum())
        if counts[shot]:
            sizes[shot] = torso_length(points[seen]), float(np.median(points[seen, MID_HIP, 1]))
    founders: list[int] = []
    view = dict.fromkeys(counts, 0)
    for shot in sorted(sizes, key=lambda shot: -counts[shot]):
        likeness = [_unlike(sizes[shot], sizes[founder]) for founder in founders]
        if not founders or min(likeness) > 1 and counts[shot] >= SHORTEST:
            view[shot] = len(founders)
            founders.append(shot)
        else:
            view[shot] = int(np.argmin(likeness))
    order = sorted(range(len(founders)), key=lambda number: -sum(counts[shot] for shot in view if view[shot] == number))
    numbers = np.array([order.index(view[shot]) if founders else 0 for shot in shots.tolist()])
    return numbers.astype(np.int64)


def _unlike(one: tuple[float, float], other: tuple[float, float]) -> float:
    """How unlike two shots' sizes and rows are; up to 1 they are of one view."""
    (torso, row), (other_torso, other_row) = one, other
    ratio = max(torso, other_torso) / min(torso, other_torso)
    return max(float(np.log(ratio) / np.log(ALIKE)), abs(row - other_row) / (MOVED * other_torso))
