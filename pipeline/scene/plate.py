"""The background plate: what the camera that stands still would see without the person."""

import cv2
import numpy as np

from pipeline.runtime.parallel import in_threads, usable_cores
from pipeline.scene.person import FREE
from pipeline.scene.sample import BackgroundSample

FEWEST = 5  # frames that a pixel takes, if need be from within the margin
NEAREST = 0.3  # clearance: nearer than this, even a pixel that is never farther is not taken
LIT = 90  # percentile of a pixel's brightness: the dancer's shadow may lie on it in nine tenths of the frames
ALIKE = 8  # grey levels: no darker than that by more than noise, so that the median is of one light
SAME_HUE = 0.15  # how differently a shadow may dim red, green and blue, of 1
INPAINT_RADIUS = 3  # px
FILL = 512  # px: height of the picture in which unseen pixels are painted in, at most


def estimate_plate(sample: BackgroundSample) -> np.ndarray:
    """The median of every pixel over the frames in which it is free of the person and the shadow, uint8 RGB (H, W, 3).

    A pixel that is free in fewer than 5 frames takes those in which the person is farthest, and one that has always
    been too near is painted in from its neighbours.
    """
    picture, seen = seen_background(sample)
    return fill_unseen(picture, seen)


def seen_background(sample: BackgroundSample) -> tuple[np.ndarray, np.ndarray]:
    """The same, and where it was seen at all, bool (H, W); black elsewhere."""

    def estimate(row: int) -> tuple[np.ndarray, np.ndarray]:  # a row at a time keeps the memory small
        distance = sample.clearances[:, row]
        farthest = np.sort(distance, axis=0)[-min(FEWEST, len(distance))]
        used = distance >= np.clip(farthest, NEAREST, FREE)
        return np.rint(_lit_median(sample.pictures[:, row].astype(np.float32), used)), used.any(axis=0)

    rows = in_threads(estimate, range(sample.pictures.shape[1]), usable_cores())
    pictures, seen = zip(*rows, strict=True)
    return np.stack(pictures).astype(np.uint8), np.stack(seen)


def fill_unseen(picture: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Paint in what was not ``seen``, bool (H, W), of uint8 RGB (H, W, 3) from around it.

    That is done in a small picture: there is nothing sharp to be known, and a large hole would take minutes.
    """
    if seen.all():
        return picture
    height, width = seen.shape
    factor = min(1.0, FILL / height)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    weight = cv2.resize(seen.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(np.where(seen[..., None], picture, 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = (total / np.maximum(weight, 1e-6)[..., None]).clip(0, 255).round().astype(np.uint8)
    small = cv2.inpaint(small, (weight < 0.5).astype(np.uint8), INPAINT_RADIUS, cv2.INPAINT_TELEA)
    return np.where(seen[..., None], picture, cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def _lit_median(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The median, float32 (W, 3), of float32 ``values`` (n, W, 3) where ``used`` (n, W) and not in a shadow; or 0.

    A shadow dims all colours alike; where the brighter frames differ in hue they show something else, as a caption.
    """
    brightness = np.where(used, values.mean(axis=2), np.inf)
    limit = _at(np.sort(brightness, axis=0), (used.sum(axis=0) - 1) * LIT // 100) - ALIKE
    lit, usual = _median(values, used & (brightness >= limit)), _median(values, used)
    dimmed = (usual + 1) / (lit + 1)
    return np.where(np.ptp(dimmed, axis=1, keepdims=True) < SAME_HUE, lit, usual)


def _median(values: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The median, float32 (W, 3), of float32 ``values`` (n, W, 3) where ``used`` (n, W); 0 where nothing is."""
    ordered = np.sort(np.where(used[..., None], values, np.inf), axis=0)
    count = np.broadcast_to(used.sum(axis=0)[:, None], ordered.shape[1:])
    median = (_at(ordered, (count - 1) // 2) + _at(ordered, count // 2)) / 2
    return np.where(count > 0, median, 0).astype(np.float32)


def _at(ordered: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Along the first axis of (n, ...), the value at each place's own ``index`` (...), 0 at the least."""
    return np.take_along_axis(ordered, np.maximum(index, 0)[None], axis=0)[0]
