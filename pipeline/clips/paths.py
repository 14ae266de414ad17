"""Where stages leave what others read, relative to the project's folder. The same paths stand in dvc.yaml."""

from pathlib import Path

BODY_WEIGHTS = Path("models/body.safetensors")
FACE_WEIGHTS = Path("models/face.safetensors")
DETECTOR = Path("models/detector")  # the networks that find people
BODY_PRIOR = Path("prior/body.safetensors")  # what generators may start from; committed, not made by a stage
FACE_PRIOR = Path("prior/face.safetensors")

BACKGROUND = Path("data/background")  # of the target's clip, in one canvas in which its camera stands still
BACKGROUND_SUMMARY = BACKGROUND / "summary.json"
CAMERA = BACKGROUND / "camera.parquet"  # where its frames lie in the canvas
PLATE = BACKGROUND / "plate.png"  # the canvas without the person
STABLE_POSES = BACKGROUND / "poses.parquet"  # its poses as detected, in px of the canvas

REPORTS = Path("reports")
BACKGROUND_PICTURE = REPORTS / "background/target.jpg"
CHECKED = REPORTS / "check.txt"
PREFLIGHT = REPORTS / "preflight"
PREFLIGHT_PASSED = REPORTS / "preflight.txt"
NOVELTY = PREFLIGHT / "novelty.parquet"
BODY_LOG = REPORTS / "train_body"
FACE_LOG = REPORTS / "train_face"
METRICS = REPORTS / "metrics.json"
SUMMARY = REPORTS / "summary.json"  # of the metrics, the few that DVC compares
PER_FRAME = REPORTS / "per_frame.parquet"
PER_FRAME_TRANSFER = REPORTS / "per_frame_transfer.parquet"
PLOTS = REPORTS / "plots"
PICTURES = REPORTS / "evaluate"
TRANSFER_PICTURES = PICTURES / "transfer"
HELD_OUT_PICTURE = PICTURES / "frames.png"
HELD_OUT_VIDEO = PICTURES / "held_out.mp4"  # real, pose, generated side by side
PAGE = REPORTS / "index.html"
HELD_OUT_STRIP = REPORTS / "player/held_out.mp4"  # the small video of it that the page plays
ABLATIONS = REPORTS / "ablations"


def frames(clip: str) -> Path:
    """The frame store of a clip, ``target`` or a source's name; beside it, as .json, what it was made of."""
    return Path(f"data/frames/{clip}.parquet")


def openpose(clip: str) -> Path:
    """Where OpenPose's files of a clip are, a folder, or an archive with its ending after this name."""
    return Path(f"data/raw/openpose/{clip}")


def poses(clip: str) -> Path:
    """The poses of a clip as detected; beside it, as .json, how often each part was found."""
    return Path(f"data/poses/{clip}.parquet")


def normalized(source: str) -> Path:
    """A source's poses in the target's picture; beside it, as .json, the fit."""
    return Path(f"data/normalized/{source}.parquet")


def normalization_plot(source: str) -> Path:
    """The picture by which a normalization is judged."""
    return REPORTS / f"normalize/{source}.png"


def video(source: str) -> Path:
    """The target doing a source's dance."""
    return REPORTS / f"videos/{source}.mp4"


def side_by_side(source: str) -> Path:
    """The same beside the source and its pose."""
    return REPORTS / f"videos/{source}_side_by_side.mp4"


def player(source: str) -> Path:
    """The small video that the page's player shows of a source."""
    return REPORTS / f"player/transfer_{source}.mp4"


def delivered_picture(source: str) -> Path:
    """Source, truth and result of a few frames."""
    return TRANSFER_PICTURES / f"{source}.png"
