"""How far the joints found in a generated frame lie from those found in the real one."""

import numpy as np

from pipeline.clips.layout import found_joints
from pipeline.evaluation.joint_groups import GROUPS
from pipeline.evaluation.measure import Measure, Plot, Value, prefixed


def pose_distance(real: np.ndarray, generated: np.ndarray) -> dict[str, float | None]:
    """Mean Euclidean distance, in the pixels of the joints, over the joints found in both frames.

    "Everybody Dance Now", "Experiments": d(p, p'), for ``body``, ``face``, ``hands`` (both) and ``overall``.
    real, generated: (137, 3) of (x, y, confidence), 0 where not found. A group of which no joint is found in both has
    no distance: None.
    """
    both = found_joints(real) & found_joints(generated)
    offsets = real[:, :2].astype(np.float64) - generated[:, :2]
    distances = np.linalg.norm(offsets, axis=1)
    return {
        group: float(distances[joints][both[joints]].mean()) if both[joints].any() else None
        for group, joints in GROUPS.items()
    }


MEASURE = Measure(
    of=lambda frame: prefixed("pose_distance", pose_distance(*frame.joints)),
    plot=Plot("pose_distance", "pose distance, px"),
    values=tuple(
        Value(
            f"pose_distance.{group}",
            group,
            "Pose distance, px",
            group,
            count=f"pose_distance.{group}",  # runs may count different frames
            headline="pose distance" if group == "overall" else "",
        )
        for group in GROUPS
    ),
    meaning="pose distance: between the joints that the detector finds in both pictures",
    unit="px",
    unmeasured="pose distance of {}: in no held-out frame did the detector find such a joint in both the real and the "
    "generated picture",
)
