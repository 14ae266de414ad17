"""A transfer to look at: source, truth and result under one another."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.evaluation.contact_sheet import EMPTY, shown_size, stack_rows
from pipeline.video.fit import fit_into


@dataclass(frozen=True)
class Comparison:
    """One frame: uint8 RGB pictures (H, W, 3), truth and result of one size, the source of any."""

    frame: int
    source: np.ndarray
    truth: np.ndarray
    result: np.ndarray


def comparison_sheet(comparisons: Sequence[Comparison]) -> np.ndarray:
    """A column a frame, uint8 RGB: source, truth, result."""
    width, height = shown_size(comparisons[0].truth)
    numbers = ", ".join(str(each.frame) for each in comparisons)
    return stack_rows({
        f"source, frames {numbers}": [_tile(each.source, width, height) for each in comparisons],
        "truth": [_tile(each.truth, width, height) for each in comparisons],
        "result": [_tile(each.result, width, height) for each in comparisons],
    })  # fmt: skip


def _tile(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    """The whole picture in the middle of a grey tile of ``width`` x ``height`` px."""
    fit = fit_into(picture.shape[1], picture.shape[0], width, height, "pad")
    tile = np.full((height, width, 3), EMPTY, np.uint8)
    tile[fit.top : fit.top + fit.scaled_height, fit.left : fit.left + fit.scaled_width] = cv2.resize(
        picture, (fit.scaled_width, fit.scaled_height), interpolation=cv2.INTER_AREA
    )
    return tile
