"""Moments in which a dancer is not found at all: hidden by somebody else, or blurred."""

import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.clips.track import bodies_seen
from pipeline.pose.smoothing import fill_gaps


def bridge_gaps(joints: np.ndarray, shots: np.ndarray, longest: int) -> tuple[np.ndarray, int]:
    """Lead the dancer through gaps of at most ``longest`` frames without any joint, on straight lines.

    Without a pose the dancer would be gone from the result and back a moment later. joints: (frames, 137, 3), smoothed.
    shots: int (frames,), another number after every cut, across which nothing is led. -> the joints, float32, and how
    many frames were filled.
    """
    bridged = np.array(joints, np.float32)
    for shot in np.unique(shots):
        of_shot = np.flatnonzero(shots == shot)
        hidden = ~bodies_seen(joints[of_shot])
        if not hidden.any() or hidden.all():
            continue
        tracks = np.array(joints[of_shot].transpose(1, 2, 0), np.float32, order="C")
        fill_gaps(tracks, found_joints(joints[of_shot]).T, longest)
        bridged[of_shot[hidden]] = tracks.transpose(2, 0, 1)[hidden]
    return bridged, int((bodies_seen(bridged) & ~bodies_seen(joints)).sum())
