"""The groups of joints that the paper's pose tables speak of, as indices into a pose of 137 joints."""

import numpy as np

from pipeline.clips.layout import BODY, FACE, LEFT_HAND, NUM_JOINTS, RIGHT_HAND

_ALL = np.arange(NUM_JOINTS)
GROUPS = {
    "body": _ALL[BODY],
    "face": _ALL[FACE],
    "hands": np.concatenate([_ALL[LEFT_HAND], _ALL[RIGHT_HAND]]),
    "overall": _ALL,
}
