"""Pictures against the truth of one frame: the whole frame, the box around the person, the person alone."""

import numpy as np
from torch import Tensor

from pipeline.metrics.lpips import Lpips
from pipeline.metrics.psnr import psnr
from pipeline.metrics.records import Record
from pipeline.metrics.ssim import BORDER, ssim_map

MARGIN = 0.05  # of the box's longer side, on every side: some of the ground around the person belongs to it

Box = tuple[slice, slice]  # rows, columns


class RegionMeasures:
    """PSNR, SSIM and LPIPS of pictures in the three regions of a true frame.

    ``frame`` is the whole picture and ``box`` the crop around the person's mask. ``mask`` are the person's
    pixels: PSNR over them, the mean of the SSIM map over them, and LPIPS of the box in which everything but the
    person has been replaced by the truth, so that only the person can differ. constants: uint8 RGB (H, W, 3)
    pictures by name that are compared with every frame; their features are computed once.
    """

    def __init__(self, lpips: Lpips, constants: dict[str, np.ndarray]) -> None:
        self.lpips = lpips
        self.constants = constants
        self.features = {name: self._features(picture) for name, picture in constants.items()}

    def __call__(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """``{name: {"frame.psnr": ..., "mask.lpips_<net>": ...}}`` of ``pictures`` and the constants.

        truth, pictures: uint8 RGB (H, W, 3); mask: bool (H, W). Without any person only ``frame`` is measured.
        """
        whole = self._features(truth)
        box = person_box(mask, self.lpips.smallest) if mask.any() else None
        cropped = self._features(truth[box]) if box else None
        records = {}
        for name, picture in (self.constants | pictures).items():
            similarity = ssim_map(truth, picture)
            features = self.features[name] if name in self.features else self._features(picture)
            record = self._record("frame", psnr(truth, picture), _inside(similarity), whole, features)
            if box:
                crop = picture[box]
                person = np.where(mask[box][..., None], crop, truth[box])
                record |= self._record(
                    "box", psnr(truth[box], crop), _inside(similarity[box]), cropped, self._features(crop)
                )
                record |= self._record(
                    "mask", psnr(truth, picture, mask), similarity[mask].mean(), cropped, self._features(person)
                )
            records[name] = record
        return records

    def _features(self, picture: np.ndarray) -> list[Tensor]:
        """Of one picture: several at a time fall out of the processor's cache and take longer."""
        return self.lpips.features(picture[None])

    def _record(self, region: str, ratio: float, similarity: float, truth: list[Tensor], other: list[Tensor]) -> Record:
        values = {"psnr": ratio, "ssim": similarity, self.lpips.name: self.lpips.distance(truth, other)[0]}
        return {f"{region}.{measure}": float(value) for measure, value in values.items()}


def person_box(mask: np.ndarray, smallest: int) -> Box:
    """The box around the True pixels of ``mask``, bool (H, W), with a margin of 5 % of its longer side.

    It is cut at the picture's edges, and at least ``smallest`` px wide and high.
    """
    spans = [np.flatnonzero(mask.any(axis=axis))[[0, -1]] + (0, 1) for axis in (1, 0)]
    margin = round(MARGIN * max(end - start for start, end in spans))
    rows, columns = (
        _widened(int(start), int(end), margin, smallest, size) for (start, end), size in zip(spans, mask.shape)
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


def _inside(similarity: np.ndarray) -> float:
    """The mean over the windows that lie whole inside: the SSIM of this crop by itself."""
    return similarity[BORDER:-BORDER, BORDER:-BORDER].mean()
