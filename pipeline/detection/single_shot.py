"""Single-shot detectors: from what a network says at each place of a grid to things found, with their keypoints."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

OVERLAP = 0.3  # intersection over union: more of it, and two boxes show one thing
PER_LAYER = 2  # anchors at each place for each layer


@dataclass(frozen=True)
class Found:
    """box: left, top, right, bottom; keypoints (K, 2): both as shares of the picture's side. score: 0..1."""

    score: float
    box: np.ndarray
    keypoints: np.ndarray


def anchors(size: int, strides: tuple[int, ...]) -> np.ndarray:
    """The places that a network speaks of, (N, 2), as shares of the side of its picture of ``size`` px.

    strides: px between the places of each layer; layers of one stride take turns at each place.
    """
    grids = []
    for stride in sorted(set(strides)):
        middles = (np.arange(size // stride) + 0.5) * stride / size
        grid = np.stack(np.meshgrid(middles, middles), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(grid, PER_LAYER * strides.count(stride), axis=0))
    return np.concatenate(grids)


def decode(raw: np.ndarray, logits: np.ndarray, places: np.ndarray, size: int, least: float) -> list[Found]:
    """What was found with a score of at least ``least``, the best first.

    raw: (N, 4 + 2 K), each place's box as middle, width and height, then its keypoints, in px of the picture of
    ``size`` px, all but width and height from the place. logits: (N,). places: (N, 2), see :func:`anchors`. Boxes that
    overlap are one thing: their mean, weighted by score.
    """
    scores = expit(logits)
    sure = np.flatnonzero(scores >= least)
    sure = sure[np.argsort(-scores[sure], kind="stable")]
    points = raw[sure].reshape(len(sure), raw.shape[1] // 2, 2) / size
    points[:, 0] += places[sure]
    points[:, 2:] += places[sure, None]
    half = points[:, 1] / 2
    boxes = np.concatenate([points[:, 0] - half, points[:, 0] + half], axis=1)
    scores = scores[sure]
    found = []
    left = np.arange(len(sure))
    while len(left):
        same = _overlaps(boxes[left[0]], boxes[left]) > OVERLAP
        same[0] = True
        group, left = left[same], left[~same]
        weights = scores[group] / scores[group].sum()
        found.append(Found(
            float(scores[group[0]]), weights @ boxes[group], np.einsum("n,nkd->kd", weights, points[group, 2:])
        ))
    return found


def _overlaps(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Intersection over union of a box (4,) with each of ``boxes`` (N, 4)."""
    common = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.clip(common, 0, None).prod(axis=1)
    return shared / (np.prod(box[2:] - box[:2]) + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - shared)
