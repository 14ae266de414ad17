"""All measures. One that is not listed here is not measured; all else is derived from these lists."""

from collections.abc import Iterable, Iterator

from pipeline.evaluation import flicker, missed_detections, perceptual_distance, pose_distance, psnr, ssim, warping
from pipeline.evaluation.measure import Measure, RegionMeasure, Value

PAPERS_LPIPS = "lpips_alex"


def of_held_out(lpips: str) -> tuple[Measure, ...]:
    """The measures of held-out frames, in the order in which they are shown. lpips: the name under which LPIPS goes."""
    return (
        ssim.OF_CROPS,
        perceptual_distance.of_crops(lpips),
        pose_distance.MEASURE,
        missed_detections.MEASURE,
        flicker.MEASURE,
        warping.MEASURE,
    )


def of_regions(lpips: str) -> tuple[RegionMeasure, ...]:
    """The measures of a delivered video against its truth, likewise."""
    return (
        psnr.OF_REGIONS,
        ssim.OF_REGIONS,
        perceptual_distance.of_regions(lpips),
    )


def held_out_values(lpips: str) -> Iterator[Value]:
    """The values of all measures of held-out frames."""
    return (value for measure in of_held_out(lpips) for value in measure.values)


def lpips_in(keys: Iterable[str]) -> str:
    """The name under which LPIPS goes among keys like ``body.lpips_alex``; the paper's if none is among them."""
    names = (key.rpartition(".")[2] for key in keys)
    return next((name for name in names if name.startswith(("lpips_", "stlpips_"))), PAPERS_LPIPS)
