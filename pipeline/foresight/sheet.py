"""How a dance will stand in the target's picture, to be looked at."""

import numpy as np

from pipeline.clips.scaling import resize
from pipeline.clips.spread import spread
from pipeline.clips.stable import StableClip
from pipeline.clips.warp import move_joints
from pipeline.pose.picture import draw_pose

COLUMNS, ROWS = 6, 2
TILE = 260  # px: its longer side
DIM = 0.55  # of the plate's light, so that the pose stands out


def dance_sheet(clip: StableClip, joints: np.ndarray) -> np.ndarray:
    """Poses evenly spread over the dance, over the plate as the result's camera sees it, uint8 RGB (H, W, 3).

    joints: (frames, 137, 3) in px of the canvas.
    """
    store, reference = clip.store, clip.camera.reference
    plate = clip.background(reference, store.width, store.height)
    scale = TILE / max(store.width, store.height)
    tiles = []
    for t in spread(len(joints), COLUMNS * ROWS).tolist():
        pose = draw_pose(move_joints(joints[t], np.linalg.inv(reference)), store.width, store.height)
        over = np.where((pose < 255).any(axis=2, keepdims=True), pose, (DIM * plate).astype(np.uint8))
        tiles.append(resize(over, round(scale * store.width), round(scale * store.height)))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[start : start + COLUMNS]) for start in range(0, len(tiles), COLUMNS)]
    return np.vstack(rows)
