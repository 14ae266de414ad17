"""How many joints of the real frame the detector cannot find in the generated one."""

import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.evaluation.joint_groups import GROUPS


def missed_detections(real: np.ndarray, generated: np.ndarray) -> dict[str, int]:
    """Number of joints found in the real frame and not in the generated one.

    "Everybody Dance Now", "Experiments", for ``body``, ``face``, ``hands`` (both together) and ``overall``.
    real, generated: (137, 3) of (x, y, confidence), 0 where not found.
    """
    missed = found_joints(real) & ~found_joints(generated)
    return {group: int(missed[joints].sum()) for group, joints in GROUPS.items()}
