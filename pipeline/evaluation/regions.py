"""Pictures against the truth of one frame: the whole frame, the box around the person, the person alone."""

import numpy as np

from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.psnr import psnr
from pipeline.evaluation.records import Record
from pipeline.evaluation.ssim import inside, ssim_map, windows

MARGIN = 0.05  # of the box's longer side, on every side: some of the ground around the person belongs to it

Box = tuple[slice, slice]  # rows, columns


class RegionMeasures:
    """PSNR, SSIM and LPIPS of pictures in the three regions of a true frame.

    ``frame`` is the whole picture and ``box`` the crop around the person's mask. ``mask`` are the person's
    pixels: PSNR over them, the mean of the SSIM map over them, and LPIPS of the box in which everything but the
    person has been replaced by the truth, so that only the person can differ. constants: uint8 RGB (H, W, 3)
    pictures by name that are compared with every frame; what can be known of them alone is computed once.
    """

    def __init__(self, lpips: Lpips, constants: dict[str, np.ndarray]) -> None:
        self.lpips = lpips
        self.constants = constants
        self.windows = {name: windows(picture) for name, picture in constants.items()}
        self.features = {name: lpips.features(picture[None]) for name, picture in constants.items()}

    def __call__(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """``{name: {"frame.psnr": ..., "mask.lpips_<net>": ...}}`` of ``pictures`` and the constants.

        truth, pictures: uint8 RGB (H, W, 3); mask: bool (H, W). Without any person only ``frame`` is measured.
        """
        perceived = self.perceptual(truth, mask, pictures)
        return {name: values | perceived[name] for name, values in self.by_pixel(truth, mask, pictures).items()}

    def by_pixel(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """PSNR and SSIM, as a call gives them."""
        true_windows = windows(truth)
        box = self._box(mask)
        records = {}
        for name, picture in (self.constants | pictures).items():
            similarity = ssim_map(true_windows, self.windows.get(name) or windows(picture))
            records[name] = {"frame.psnr": psnr(truth, picture), "frame.ssim": inside(similarity)}
            if box:
                records[name] |= {
                    "box.psnr": psnr(truth[box], picture[box]),
                    "box.ssim": inside(similarity[box]),
                    "mask.psnr": psnr(truth, picture, mask),
                    "mask.ssim": float(similarity[mask].mean()),
                }
        return records

    def perceptual(self, truth: np.ndarray, mask: np.ndarray, pictures: dict[str, np.ndarray]) -> dict[str, Record]:
        """LPIPS, as a call gives it."""
        compared = self.constants | pictures
        true_features, *rest = self.lpips.features(np.stack([truth, *pictures.values()])).split(1)
        features = self.features | dict(zip(pictures, rest))
        records = {name: {"frame": self.lpips.distance(true_features, features[name])} for name in compared}
        if box := self._box(mask):
            crops = [picture[box] for picture in compared.values()]
            persons = [np.where(mask[box][..., None], crop, truth[box]) for crop in crops]
            true_features, *rest = self.lpips.features(np.stack([truth[box], *crops, *persons])).split(1)
            for name, crop, person in zip(compared, rest, rest[len(crops) :]):
                records[name]["box"] = self.lpips.distance(true_features, crop)
                records[name]["mask"] = self.lpips.distance(true_features, person)
        return {
            name: {f"{region}.{self.lpips.name}": float(distance[0]) for region, distance in record.items()}
            for name, record in records.items()
        }

    def _box(self, mask: np.ndarray) -> Box | None:
        return person_box(mask, self.lpips.smallest) if mask.any() else None


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
