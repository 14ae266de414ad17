"""Flicker on what moves: each frame against the one before, carried along by the real clip's own motion."""

import cv2
import numpy as np

from pipeline.evaluation.measure import OVER_TIME, Measure, temporal_value

CONSISTENT = 1.0  # px: where the flow there and back ends farther from its start, something is covered or uncovered


def warp_error(
    real_before: np.ndarray, real: np.ndarray, generated_before: np.ndarray, generated: np.ndarray
) -> dict[str, float | None]:
    """Temporal error of Lai et al. 2018 of one pair of consecutive frames, in grey levels; uint8 RGB (H, W, 3) each.

    The optical flow of the real clip says where each pixel came from; there the frame before is sampled.

    - ``warp_error``: mean |g_t - warp(g_{t-1})| over the pixels whose flow is consistent there and back.
    - ``warp_error_real``: the same of the real frames: what the flow's own errors and the camera's noise amount to.

    Both None if no pixel's flow is consistent.
    """
    grey_before, grey = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (real_before, real))
    tracker = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back, there = tracker.calc(grey, grey_before, None), tracker.calc(grey_before, grey, None)
    height, width = grey.shape
    came_from = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=2).astype(np.float32) + back
    returned = back + cv2.remap(there, came_from, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = ((came_from >= 0) & (came_from <= (width - 1, height - 1))).all(axis=2)
    valid = inside & (np.linalg.norm(returned, axis=2) < CONSISTENT)
    if not valid.any():
        return {"warp_error": None, "warp_error_real": None}

    def error(before: np.ndarray, after: np.ndarray) -> float:
        carried = cv2.remap(
            before.astype(np.float32), came_from, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return float(np.abs(after - carried)[valid].mean())

    return {"warp_error": error(generated_before, generated), "warp_error_real": error(real_before, real)}


MEASURE = Measure(
    of=lambda frame: frame.over_time(warp_error),
    plot=OVER_TIME,
    values=(temporal_value("warp_error", headline="unsteadiness (warp error)"), temporal_value("warp_error_real")),
    meaning="warp error: by how much a frame of the generated clip, carried along by the real clip's motion, differs "
    "from the next one, warp error real the same of the real clip",
    unit="grey levels",
)
