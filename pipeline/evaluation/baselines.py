"""What a transfer must beat to be worth anything: pictures made of the training frames without a network."""

import numpy as np

from pipeline.clips.layout import BODY, found_joints
from pipeline.clips.spread import spread
from pipeline.clips.store import FrameStore

AVERAGED = 101  # frames: enough for the median to be free of a moving person; odd, so that it is a true value
CANDIDATES = 10_000  # frames: of a longer clip's neighbours, which are much alike, some are left out
SHARED = 0.5  # of the pose's joints that a candidate must show too


class Baselines:
    """Three answers to "what does the target look like in this pose" that know only the training frames.

    - ``empty_background``: the median of each pixel over time.
    - ``mean_frame``: the mean of each pixel over time.
    - ``nearest_pose``: the training frame whose pose is nearest.

    store: the target's frames. bodies: (frames, 25, 3), the body's joints in them, in px of the store. end: the
    first frame that was not trained on. Memory for pictures does not grow with the clip: the averages are over at most
    101 evenly spread training frames, the nearest pose is one of at most 10,000.
    """

    def __init__(self, store: FrameStore, bodies: np.ndarray, end: int) -> None:
        self.store = store
        sample = np.stack([store.read(int(frame)) for frame in spread(end, AVERAGED)])
        self.constants = {
            "empty_background": np.rint(np.median(sample, axis=0)).astype(np.uint8),
            "mean_frame": np.rint(sample.mean(axis=0)).astype(np.uint8),
        }
        self.candidates = spread(end, CANDIDATES)
        bodies = bodies[self.candidates]
        self.points, self.found = bodies[..., :2], found_joints(bodies)

    def nearest_pose(self, pose: np.ndarray) -> np.ndarray | None:
        """The training frame, uint8 RGB (H, W, 3), whose body is nearest to ``pose``, (137, 3) in px of
        the store: the mean distance over the joints found in both, at least half of the pose's. None if no frame
        shows so many.
        """
        found = found_joints(pose)[BODY]
        both = self.found & found
        count = both.sum(axis=1)
        possible = (count > 0) & (count >= SHARED * found.sum())
        if not possible.any():
            return None
        distances = np.linalg.norm(self.points - pose[BODY, :2], axis=2)
        means = np.where(both, distances, 0).sum(axis=1) / np.maximum(count, 1)
        return self.store.read(int(self.candidates[np.where(possible, means, np.inf).argmin()]))
