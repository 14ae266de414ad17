"""What the page's player shows: a strip's pictures in step, places to zoom to, curves, and the worst frames."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.pose.boxes import body_boxes
from pipeline.pose.parts import PARTS, part_squares
from pipeline.reporting.charts import Chart
from pipeline.reporting.pictures import as_uri
from pipeline.reporting.strip import Strip, pictures_of

MAILED = 12e6  # bytes of videos that a page may hold, to be mailed; more lie beside it
MARGIN = 0.1  # around the body, as a share of its longer side
ROOM = 1.5  # of a part's square: what is shown of it
WORST = 8  # frames in the gallery
APART = 0.4  # s at least between two of them


def places(joints: np.ndarray, shots: np.ndarray, fps: float, width: int, height: int) -> dict[str, Any]:
    """Squares around body, face and hands in every frame, [x, y, side] of its middle and side as shares of the height.

    joints: (frames, 137, 3) in px of a ``width`` x ``height`` picture. shots: int (frames,), another number after every
    cut. None in frames that do not show the part.
    """
    bodies = body_boxes(joints, width, height, MARGIN).astype(float)
    bodies[bodies[:, 0] < 0] = np.nan
    squares = {"body": bodies}
    squares |= dict(zip(PARTS, np.moveaxis(part_squares(joints, shots, fps), 1, 0), strict=True))
    return {name: [_square(box / height, 1.0 if name == "body" else ROOM) for box in boxes]
            for name, boxes in squares.items()}


def worst_frames(
    frames: Sequence[int], values: Sequence[float | None], fps: float, higher_is_better: bool
) -> list[int]:
    """The frames with the worst of ``values``, the worst first, some time apart."""
    known = [(value if higher_is_better else -value, frame)
             for frame, value in zip(frames, values, strict=True) if value is not None and np.isfinite(value)]
    chosen: list[int] = []
    for _, frame in sorted(known):
        if len(chosen) < WORST and all(abs(frame - other) >= APART * fps for other in chosen):
            chosen.append(frame)
    return chosen


def player(
    strip: Strip, zooms: dict[str, dict[str, Any]], charts: Sequence[Chart], worst: Sequence[int], panel: str,
    worst_by: str, inside: bool,
) -> dict[str, Any]:
    """What the page's script needs of one player.

    zooms: :func:`places`, by the panel's name; "" for all others. charts: over the strip's frames. worst: frames of the
    gallery, ``panel`` what is shown of them, ``worst_by`` by what they are the worst. inside: whether the video lies in
    the page; else beside it.
    """
    ascending = sorted(worst)
    pictures = dict(zip(ascending, map(as_uri, pictures_of(strip, panel, ascending)), strict=True))
    return {
        "video": video_uri(strip.path) if inside else f"{strip.path.parent.name}/{strip.path.name}",
        "fps": float(strip.fps),
        "frames": strip.frames,
        "height": strip.height,
        "panels": [{"name": each.name, "left": each.left, "width": each.width} for each in strip.panels],
        "zooms": zooms,
        "charts": [chart.data() for chart in charts],
        "worst": [{"frame": frame, "picture": pictures[frame]} for frame in worst],
        "worstBy": worst_by,
    }


def video_uri(path: Path) -> str:
    """A video's file as ``data:video/mp4;base64,…``."""
    return "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode()


def _square(box: np.ndarray, room: float) -> list[float] | None:
    if not np.isfinite(box).all():
        return None
    (x0, y0, x1, y1), side = box, room * max(box[2] - box[0], box[3] - box[1])
    return [round(float(value), 4) for value in ((x0 + x1) / 2, (y0 + y1) / 2, side)]
