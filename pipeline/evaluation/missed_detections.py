"""How many joints of the real frame the detector cannot find in the generated one."""

import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.evaluation.measure import Measure, Plot, Value, prefixed

HEADLINES = {"body": 23, "face": 70, "hands": 42}  # joints that the detector can find of each


def missed_detections(real: np.ndarray, generated: np.ndarray) -> dict[str, int]:
    """Number of joints found in the real frame and not in the generated one.

    "Everybody Dance Now", "Experiments", for ``body``, ``face``, ``hands`` (both together) and ``overall``.
    real, generated: (137, 3) of (x, y, confidence), 0 where not found.
    """
    missed = found_joints(real) & ~found_joints(generated)
    return {group: int(missed[joints].sum()) for group, joints in GROUPS.items()}


MEASURE = Measure(
    of=lambda frame: prefixed("missed_detections", missed_detections(*frame.joints)),
    plot=Plot("missed_detections", "missed detections"),
    values=tuple(
        Value(
            f"missed_detections.{group}",
            group,
            "Missed detections per image",
            group,
            headline=f"joints missed: {group}" if group in HEADLINES else "",
            joints=HEADLINES.get(group),
        )
        for group in GROUPS
    ),
    meaning="missed detections: joints a frame that the detector finds in the real picture only",
)
