"""The few numbers of a run that matter: what DVC compares, what the page begins with, and what they say in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.evaluation.against_truth import BASELINES, places_lost
from pipeline.evaluation.records import nested

MANY = 0.1  # share of a part's joints that may be missed before the part is called weak


@dataclass(frozen=True)
class Number:
    """A number to read first.

    key: its place in ``reports/summary.json``, dots between groups. name: in words. unit: of the value, "" if it has none.
    higher_is_better: which way is better. joints: of how many joints a frame it counts the missed ones, None if it does not.
    """

    key: str
    name: str
    value: float
    unit: str = ""
    higher_is_better: bool = False
    joints: int | None = None

    @property
    def is_weak(self) -> bool:
        """Whether it counts more than a tenth of a part's joints as missed."""
        return self.joints is not None and self.value > MANY * self.joints


def numbers(metrics: Mapping[str, Any]) -> list[Number]:
    """Of all that ``reports/metrics.json`` holds, nested, about ten; those that were not measured are left out."""
    return [*_held_out(metrics), *_transfers(metrics)]


def summarize(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """:func:`numbers` as ``reports/summary.json`` holds them, nested."""
    return nested({number.key: number.value for number in numbers(metrics)})


def verdict(metrics: Mapping[str, Any]) -> str:
    """The run in one sentence: which baselines its transfers do not beat, and the part of the person that is weakest."""
    parts = []
    for source, scores in metrics.get("transfer", {}).items():
        lost = [title for name, title in BASELINES.items() if places_lost(scores, name)]
        parts.append(f"{source} does not beat the {' and the '.join(lost)} everywhere" if lost
                     else f"{source} beats every baseline by every measure")
    weak = [number for number in numbers(metrics) if number.is_weak]
    parts += [f"weak: {number.key.rpartition('.')[2]}, {number.value:.3g} of {number.joints} joints missed a frame"
              for number in weak]
    if not weak:
        parts.append("of body, face and hands at most a tenth of the joints is missed")
    return "; ".join(parts) + "."


def _held_out(metrics: Mapping[str, Any]) -> Iterator[Number]:
    for crop in ("body", "face"):
        for measure, value in sorted(metrics.get(crop, {}).items(), reverse=True):
            if measure == "ssim":
                yield Number(f"{crop}.ssim", f"{crop}: SSIM", value, higher_is_better=True)
            else:
                yield Number(f"{crop}.{measure}", f"{crop}: perceptual distance", value)
    if "overall" in (distances := metrics.get("pose_distance", {})):
        yield Number("pose_distance.overall", "pose distance", distances["overall"], "px")
    for group, joints in (("body", 23), ("face", 70), ("hands", 42)):
        if group in (missed := metrics.get("missed_detections", {})):
            yield Number(f"missed_detections.{group}", f"joints missed: {group}", missed[group], joints=joints)
    if "warp_error" in (temporal := metrics.get("temporal", {})):
        yield Number("temporal.warp_error", "unsteadiness (warp error)", temporal["warp_error"], "grey levels")


def _transfers(metrics: Mapping[str, Any]) -> Iterator[Number]:
    for source, scores in metrics.get("transfer", {}).items():
        for measure, value in sorted(scores.get("mask", {}).items(), reverse=True):
            key, person = f"transfer.{source}.mask.{measure}", f"{source}, person against the truth"
            if measure == "ssim":
                yield Number(key, f"{person}: SSIM", value, higher_is_better=True)
            elif measure != "psnr":
                yield Number(key, f"{person}: perceptual distance", value)
