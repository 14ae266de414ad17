"""The networks that find people: TFLite files out of the last wheel of MediaPipe that holds them.

None of its code is used: it has no wheel for Python 3.13, and later ones report to their maker what is run.
"""

from pathlib import Path
from zipfile import ZipFile

from pipeline.runtime.wheel import Wheel

VERSION = "0.10.14"
WHEEL = Wheel(
    f"mediapipe-{VERSION}-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "9b1e72d754cd9e1b4b88d80ec9ead2f1cbe8424b7f883d3bda53341b982a9f8b",
    "the networks that find people",
)
NETWORKS = [
    "pose_detection/pose_detection.tflite",
    "pose_landmark/pose_landmark_full.tflite",
    "face_detection/face_detection_short_range.tflite",
    "face_landmark/face_landmark.tflite",
    "iris_landmark/iris_landmark.tflite",
    "holistic_landmark/hand_recrop.tflite",
    "hand_landmark/hand_landmark_full.tflite",
    "selfie_segmentation/selfie_segmentation.tflite",
]


def unpack(wheel: Path, folder: Path) -> None:
    """Write the networks that ``wheel`` holds into a new ``folder``."""
    folder.mkdir()
    with ZipFile(wheel) as archive:
        for network in NETWORKS:
            (folder / Path(network).name).write_bytes(archive.read(f"mediapipe/modules/{network}"))
