"""How many joints of the real frame the detector cannot find in the generated one."""

import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.evaluation.joint_groups import GROUPS


def missed_detections(real: np.ndarray, generated: np.ndarray, min_confidence: float) -> dict[str, int]:
    """Number of joints found in the real frame and not in the generated one.

    "Everybody Dance Now", "Experiments", for ``body``, ``face``, ``hands`` (both together) and ``overall``.
    real, generated: (137, 3) of (x, y, confidence); a joint is found from ``min_confidence`` on.
    """
    missed = found_joints(real, min_confidence) & ~found_joints(generated, min_confidence)
    return {group: int(missed[joints].sum()) for group, joints in GROUPS.items()}
