"""``params.yaml`` as checked data.

The values are the experiment and DVC tracks them stage by stage (``params:`` in ``dvc.yaml``). This package only checks
them, so no stage lists it among its dependencies: adding a parameter to a metric must not retrain a network.
"""

from pipeline.params.sections import TRUTH, Choice, Evaluate, Face, Keypoints, Log, Normalize, Pose, Split, Train
from pipeline.params.whole import Params, load_params

__all__ = [
    "TRUTH", "Choice", "Evaluate", "Face", "Keypoints", "Log", "Normalize", "Params", "Pose", "Split", "Train",
    "load_params",
]
