"""Which triangle is seen at which point of a picture: a z-buffer."""

import numpy as np
from numba import njit

SNAP = 16.0  # vertices lie on a grid of 1/16 px, as in hardware: differences in the last bit between machines vanish


@njit(cache=True)
def rasterize(
    xy: np.ndarray, nearness: np.ndarray, triangles: np.ndarray, two_sided: np.ndarray, width: int, height: int
) -> np.ndarray:
    """The nearest triangle at every pixel's centre: int32 (height, width), -1 where there is none.

    xy: vertices (V, 2), px from the top left corner; it is rounded in place to the 1/16 px grid on which
    visibility is decided. nearness: (V,), 1 / depth, or anything else that grows towards the viewer and is
    linear in the picture. triangles: (T, 3), counter-clockwise as seen from outside; two_sided: (T,) bool, others
    are seen from outside only.
    """
    nearest = np.full((height, width), -np.inf)
    seen = np.full((height, width), -1, np.int32)
    for v in range(len(xy)):
        xy[v, 0] = np.round(xy[v, 0] * SNAP) / SNAP
        xy[v, 1] = np.round(xy[v, 1] * SNAP) / SNAP
    for t in range(len(triangles)):
        a, b, c = triangles[t]
        ax, ay, bx, by, cx, cy = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], xy[c, 0], xy[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if area == 0 or (area > 0 and not two_sided[t]):  # y points down: the outside has a negative area
            continue
        left = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        right = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        top = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        bottom = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        za, zb, zc = nearness[a], nearness[b], nearness[c]
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                wa = ((cx - bx) * (y + 0.5 - by) - (cy - by) * (x + 0.5 - bx)) / area
                wb = ((ax - cx) * (y + 0.5 - cy) - (ay - cy) * (x + 0.5 - cx)) / area
                wc = 1 - wa - wb
                if wa < 0 or wb < 0 or wc < 0:
                    continue
                z = wa * za + wb * zb + wc * zc
                if z > nearest[y, x]:
                    nearest[y, x] = z
                    seen[y, x] = t
    return seen


@njit(inline="always")
def barycentric(
    xy: np.ndarray, nearness: np.ndarray, corners: np.ndarray, x: float, y: float
) -> tuple[float, float, float]:
    """Perspective-correct weights of a triangle's ``corners`` (3,) at the point (``x``, ``y``) of the picture."""
    a, b, c = corners[0], corners[1], corners[2]
    ax, ay, bx, by, cx, cy = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], xy[c, 0], xy[c, 1]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    wa = ((cx - bx) * (y - by) - (cy - by) * (x - bx)) / area
    wb = ((ax - cx) * (y - cy) - (ay - cy) * (x - cx)) / area
    wc = (1 - wa - wb) * nearness[c]
    wa *= nearness[a]
    wb *= nearness[b]
    total = wa + wb + wc
    return wa / total, wb / total, wc / total
