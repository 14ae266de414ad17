"""LPIPS as a measure: of crops, and of the regions of a true frame."""

from functools import partial
from typing import Any

import numpy as np

from pipeline.evaluation.measure import Box, Measure, PerceptualNetwork, Pictures, Plot, RegionMeasure, crop_values


def by_region(
    network: PerceptualNetwork,
    kept: dict[str, Any],
    truth: np.ndarray,
    mask: np.ndarray,
    box: Box | None,
    pictures: Pictures,
) -> dict[str, dict[str, float]]:
    """LPIPS of every picture in the whole frame, in the box, and of the person alone.

    The person alone is the box in which everything else has been replaced by the truth, so that only the person can
    differ. kept: features of some of the pictures, known before.
    """
    fresh = {name: picture for name, picture in pictures.items() if name not in kept}
    true_features, *rest = network.features(np.stack([truth, *fresh.values()])).split(1)
    features = kept | dict(zip(fresh, rest, strict=True))
    distances = {name: {"frame": network.distance(true_features, features[name])} for name in pictures}
    if box:
        crops = [picture[box] for picture in pictures.values()]
        persons = [np.where(mask[box][..., None], crop, truth[box]) for crop in crops]
        true_features, *rest = network.features(np.stack([truth[box], *crops, *persons])).split(1)
        for name, crop, person in zip(pictures, rest[: len(crops)], rest[len(crops) :], strict=True):
            distances[name]["box"] = network.distance(true_features, crop)
            distances[name]["mask"] = network.distance(true_features, person)
    return {
        name: {region: float(distance[0]) for region, distance in regions.items()}
        for name, regions in distances.items()
    }


def of_crops(name: str) -> Measure:
    """LPIPS of body and face crop. name: which network measures (``lpips_alex``), as each has its own scale."""
    return Measure(
        of=lambda frame: frame.by_crop(
            name, lambda real, generated: float(frame.lpips(real[None], generated[None])[0])
        ),
        plot=Plot("lpips", "perceptual distance"),
        values=crop_values(name, name, "perceptual distance"),
        meaning=f"{name}: how differently a network sees the two crops, 0 if they are equal",
    )


def of_regions(name: str) -> RegionMeasure:
    """LPIPS in the regions of a true frame. name: as of :func:`of_crops`."""
    return RegionMeasure(
        name,
        column=name,
        prepare=lambda network, constants: partial(
            by_region, network, {each: network.features(picture[None]) for each, picture in constants.items()}
        ),
        headline="perceptual distance",
    )
