"""How tall a person is, whatever the pose."""

import numpy as np

from pipeline.clips import layout as j
from pipeline.clips.layout import found_joints
from pipeline.clips.track import BLOCK, Joints

# What a bone's length is of an upright person's height: a picture only ever shortens bones, so that the longest tells.
SHARES = {
    (j.NECK, j.MID_HIP): 0.3,
    (j.RIGHT_HIP, j.RIGHT_KNEE): 0.24,
    (j.LEFT_HIP, j.LEFT_KNEE): 0.24,
    (j.RIGHT_KNEE, j.RIGHT_ANKLE): 0.24,
    (j.LEFT_KNEE, j.LEFT_ANKLE): 0.24,
    (j.RIGHT_SHOULDER, j.LEFT_SHOULDER): 0.22,
}
BONES = np.array(list(SHARES))
SHARE = np.array(list(SHARES.values()))
USUAL = 60  # percentile over time: bones seem shorter than they are, seldom longer
AROUND_SECONDS = 1.5  # on each side, of that percentile


def person_height(joints: np.ndarray) -> np.ndarray:
    """How tall the person with the joints (..., 137, 3) would stand upright, px (...); 0 if no bone tells."""
    ends = joints[..., BONES, :].astype(np.float64)
    lengths = np.linalg.norm(ends[..., 0, :2] - ends[..., 1, :2], axis=-1)
    return np.where(found_joints(ends).all(axis=-1), lengths / SHARE, 0).max(axis=-1)


def statures(joints: Joints, shots: np.ndarray, fps: float) -> np.ndarray:
    """How tall the person is as the camera sees her, float64 (frames,), px: what is usual in the seconds around.

    joints: (frames, 137, 3). shots: int (frames,), another number after every cut. 0 in shots in which nobody is found.
    """
    blocks = (person_height(joints[start : start + BLOCK]) for start in range(0, len(joints), BLOCK))
    heights, reach = np.concatenate(list(blocks)), round(AROUND_SECONDS * fps)
    usual = np.zeros(len(heights))
    for frames in np.split(np.arange(len(heights)), np.flatnonzero(np.diff(shots)) + 1):
        seen = frames[heights[frames] > 0]
        if len(seen):
            starts, ends = np.searchsorted(seen, seen - reach), np.searchsorted(seen, seen + reach, side="right")
            values = [np.percentile(heights[seen[a:b]], USUAL) for a, b in zip(starts, ends, strict=True)]
            usual[frames] = np.interp(frames, seen, values)
    return usual
