"""Pictures against the truth of one frame: the whole frame, the box around the person, the person alone."""

from collections.abc import Sequence

import numpy as np

from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.measure import Box, Pictures, Record, RegionMeasure

MARGIN = 0.05  # of the box's longer side, on every side: some of the ground around the person belongs to it


class RegionMeasures:
    """Measures of pictures in the three regions of a true frame.

    ``frame`` is the whole picture, ``box`` the crop around the person's mask, ``mask`` are the person's pixels.
    constants: uint8 RGB (H, W, 3) pictures by name that are compared with every frame; what can be known of them alone
    is computed once.
    """

    def __init__(self, lpips: Lpips, constants: Pictures, measures: Sequence[RegionMeasure]) -> None:
        self.smallest = lpips.smallest
        self.constants = constants
        self.measures = {measure.name: measure.prepare(lpips, constants) for measure in measures}

    def __call__(self, truth: np.ndarray, mask: np.ndarray, pictures: Pictures) -> dict[str, Record]:
        """``{name: {"frame.psnr": ..., "mask.lpips_alex": ...}}`` of ``pictures`` and the constants.

        truth, pictures: uint8 RGB (H, W, 3); mask: bool (H, W). Without any person only ``frame`` is measured.
        """
        box = person_box(mask, self.smallest) if mask.any() else None
        compared = {**self.constants, **pictures}
        records: dict[str, Record] = {name: {} for name in compared}
        for measure, values_of in self.measures.items():
            for name, values in values_of(truth, mask, box, compared).items():
                records[name] |= {f"{region}.{measure}": value for region, value in values.items()}
        return records


def person_box(mask: np.ndarray, smallest: int) -> Box:
    """The box around the True pixels of ``mask``, bool (H, W), with a margin of 5 % of its longer side.

    It is cut at the picture's edges, and at least ``smallest`` px wide and high.
    """
    spans = [np.flatnonzero(mask.any(axis=axis))[[0, -1]] + (0, 1) for axis in (1, 0)]
    margin = round(MARGIN * max(end - start for start, end in spans))
    rows, columns = (
        _widened(int(start), int(end), margin, smallest, size)
        for (start, end), size in zip(spans, mask.shape, strict=True)
    )
    return rows, columns


def _widened(start: int, end: int, margin: int, smallest: int, size: int) -> slice:
    """start..end with the margin, at least ``smallest`` long, inside 0..size."""
    margin = max(margin, -(-(smallest - (end - start)) // 2))
    start, end = max(0, start - margin), min(size, end + margin)
    if end - start < smallest:  # it lies at an edge
        start = max(0, min(start, size - smallest))
        end = start + smallest
    return slice(start, end)
