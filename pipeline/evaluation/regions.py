"""Pictures against the truth of one frame: the whole frame, the box around the person, the person alone."""

from collections.abc import Mapping

import numpy as np

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

    def __init__(self, lpips: Lpips, constants: Mapping[str, np.ndarray]) -> None:
        self.lpips = lpips
        self.constants = dict(constants)
        self.features = {name: lpips.features(picture[None]) for name, picture in constants.items()}

    def __call__(self, truth: np.ndarray, mask: np.ndarray, pictures: Mapping[str, np.ndarray]) -> dict[str, Record]:
        """``{name: {"frame.psnr": ..., "mask.lpips_<net>": ...}}`` of ``pictures`` and the constants.

        truth, pictures: uint8 RGB (H, W, 3); mask: bool (H, W). Without any person only ``frame`` is measured.
        """
        of_truth = self.lpips.features(truth[None])
        features = self.features | {name: self.lpips.features(each[None]) for name, each in pictures.items()}
        pictures = self.constants | pictures
        distances = {name: self.lpips.distance(of_truth, features[name])[0] for name in pictures}
        similarities = {name: ssim_map(truth, picture) for name, picture in pictures.items()}
        records = {
            name: self._record("frame", psnr(truth, picture), _inside(similarities[name]), distances[name])
            for name, picture in pictures.items()
        }
        if mask.any():
            box = person_box(mask, self.lpips.smallest)
            crops = [picture[box] for picture in pictures.values()]
            persons = [np.where(mask[box][..., None], crop, truth[box]) for crop in crops]
            layers = self.lpips.features(np.stack([truth[box], *crops, *persons]))
            of_box, of_mask = np.split(
                self.lpips.distance([layer[:1] for layer in layers], [layer[1:] for layer in layers]), 2
            )
            for index, (name, picture) in enumerate(pictures.items()):
                similarity = similarities[name]
                records[name] |= self._record(
                    "box", psnr(truth[box], picture[box]), _inside(similarity[box]), of_box[index]
                ) | self._record(
                    "mask", psnr(truth, picture, mask), similarity[mask].mean(), of_mask[index]
                )
        return records

    def _record(self, region: str, *values: float) -> Record:
        names = "psnr", "ssim", self.lpips.name
        return {f"{region}.{name}": float(value) for name, value in zip(names, values, strict=True)}


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
