"""Global pose normalization ("Everybody Dance Now", section "Global pose normalization").

A source person of another size, nearer to or farther from another camera, is put where the target person
would stand. The lower a foot in the picture, the nearer to the camera; so the foot's row says how far away a
person is, and from the rows and heights at the near and the far end of both clips follow a place and a scale
for every frame of the source.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.clips.layout import (
    BODY,
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_WRIST,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_ELBOW,
    RIGHT_WRIST,
    found_joints,
)
from pipeline.user.cli import UserError

END_SHARE = 0.05  # of the near..far range: frames that close to an end belong to it (the paper's)
HEIGHT_DROP = 0.1  # a near height this far below the overall height gives way to it (the paper's)
TOP = 99.0  # percentile that stands for the maximum, so that a few wrong detections cannot be it
SMALL_RANGE = 0.02  # of the person's height: a near..far range below this is trembling, not walking
TRUNK = sorted(set(range(BODY.stop)) - {LEFT_ELBOW, LEFT_WRIST, RIGHT_ELBOW, RIGHT_WRIST})
LOW_COVERAGE = 0.5  # share of frames with feet below which a fit is flagged
HIGH_RESIDUAL = 0.15  # of the height: frames that much taller than the fit flag it


@dataclass(frozen=True)
class Stance:
    """Where one person stands in a clip and how tall they look there; rows and heights in pixels.

    near, far, median: the foot's row nearest to the camera, farthest from it, and in the median frame.
    height_near, height_far: from the foot up to the nose at those rows, standing upright. coverage: share of
    frames, 0..1, in which foot and nose were found. residual: by which share the tallest frames exceed the
    height that the line from far to near gives for their row.
    """

    near: float
    far: float
    median: float
    height_near: float
    height_far: float
    coverage: float
    residual: float

    @property
    def range(self) -> float:
        """Rows between far and near, px."""
        return self.near - self.far

    @property
    def height(self) -> float:
        """The mean of both heights, px."""
        return (self.height_near + self.height_far) / 2

    @property
    def moves(self) -> bool:
        """Whether the person comes nearer and goes away by more than trembling."""
        return self.range >= SMALL_RANGE * self.height_near

    def height_at(self, rows: np.ndarray | float) -> np.ndarray:
        """The upright height at foot rows (...), on the line from far to near, constant beyond both ends."""
        if self.range == 0:
            return np.full_like(rows, self.height_near, dtype=float)
        return np.asarray(np.interp(rows, (self.far, self.near), (self.height_far, self.height_near)))


@dataclass(frozen=True)
class FeetFit:
    """How a source frame with its foot at row f comes into the target's picture.

    The foot goes to ``foot_to + slope * (f - foot_from)``; everything is scaled about it by a factor that
    goes linearly from ``scale_far`` at the source's far row to ``scale_near`` at its near row. warnings:
    reasons, each with its number, why the fit may not be trusted.
    """

    source: Stance
    target: Stance
    foot_from: float
    foot_to: float
    slope: float
    scale_far: float
    scale_near: float
    warnings: list[str]

    def feet_to(self, rows: np.ndarray) -> np.ndarray:
        """Foot rows (...) of the source in the target's picture."""
        return self.foot_to + self.slope * (rows - self.foot_from)

    def scales(self, rows: np.ndarray) -> np.ndarray:
        """Scale factors at the source's foot rows (...).

        Beyond near and far the factor stays: a foot above the far row is, by that row's definition, one in
        the air, and who jumps must not shrink.
        """
        if self.source.range == 0:
            return np.full_like(rows, self.scale_near, dtype=float)
        return np.interp(rows, (self.source.far, self.source.near), (self.scale_far, self.scale_near))


def foot_rows(joints: np.ndarray, foot: str) -> np.ndarray:
    """The row of the foot in every frame of (frames, 137, 3), float64 (frames,); NaN where it is not seen.

    foot: ``lowest`` is the lower of the ankles found (one is enough), ``mean`` the mean of both ankles.
    """
    rows = coordinates(joints[:, (LEFT_ANKLE, RIGHT_ANKLE)])[..., 1]
    return np.fmax(rows[:, 0], rows[:, 1]) if foot == "lowest" else rows.mean(axis=1)


def measure(joints: np.ndarray, foot: str, alpha: float, clip: str) -> Stance:
    """Measure where the person of a whole clip, (frames, 137, 3) of smoothed joints, stands.

    alpha: 0..1, how far above the median the far row may lie, as a share of the distance from near to median.
    Maxima are 99th percentiles. Raises UserError naming ``clip`` if no frame shows ankles and nose together.
    """
    rows = foot_rows(joints, foot)
    heights = rows - coordinates(joints[:, NOSE])[:, 1]
    seen = heights > 0
    if not seen.any():
        raise UserError(f"the feet of {clip} cannot be fitted: none of its {len(joints)} frames shows "
                        "ankles and nose together; give a video of the whole person, or set "
                        "normalize.method to none")
    rows, heights, coverage = rows[seen], heights[seen], float(seen.mean())

    near, median = _top(rows), float(np.median(rows))
    far = float(rows[median - rows < alpha * (near - median)].min(initial=median))
    border = END_SHARE * (near - far)
    height_near = _top(heights[np.abs(rows - near) <= border], otherwise=heights)
    height_far = _top(heights[np.abs(rows - far) <= border], otherwise=heights)
    overall = _top(heights)
    if height_near < (1 - HEIGHT_DROP) * overall:
        height_near = overall

    stance = Stance(near, far, median, height_near, height_far, coverage, residual=0.0)
    if not stance.moves:  # both ends are the same place
        stance = replace(stance, height_near=overall, height_far=overall)
    return replace(stance, residual=max(0.0, _top(heights / stance.height_at(rows)) - 1))


def fit_feet(source: Stance, target: Stance) -> FeetFit:
    """Fit the source's range of foot rows to the target's, with the heights at both ends.

    Where the source's range, measured in body heights, is smaller than the target's, only as much of the
    target's range is used, about its middle. A source that does not come nearer or go away at all is put on
    the target's median row with one scale.
    """
    if source.moves:
        near, far = target.near, target.far
        width = source.range * target.height / source.height
        if width < target.range:
            middle = (near + far) / 2
            near, far = middle + width / 2, middle - width / 2
        foot_from, foot_to, slope = source.far, far, (near - far) / source.range
        scale_far = float(target.height_at(far)) / source.height_far
        scale_near = float(target.height_at(near)) / source.height_near
    else:
        scale_far = scale_near = float(target.height_at(target.median)) / source.height
        foot_from, foot_to, slope = source.median, target.median, scale_near
    warnings = _warnings(source, target)
    return FeetFit(source, target, foot_from, foot_to, slope, scale_far, scale_near, warnings)


def normalize_feet(joints: np.ndarray, fit: FeetFit, foot: str, source_width: int, target_width: int) -> np.ndarray:
    """Put a source's smoothed joints (frames, 137, 3) into the target's picture, by the fit of their clips.

    Every frame is scaled about its own foot, and that foot goes to its row of the fit; where it is not seen,
    its row is interpolated over time. The paper says nothing about columns. Here they are scaled by the same
    factor about the middle of the pictures, ``source_width`` and ``target_width`` px wide, which is where
    the cameras look: so steps to the side, too, keep their length in body heights, near and far.
    Returns float32 (frames, 137, 3); joints not found are (0, 0, 0).
    """
    rows = interpolated(foot_rows(joints, foot))[:, None]
    scales = fit.scales(rows)
    x = target_width / 2 + scales * (joints[..., 0] - source_width / 2)
    y = fit.feet_to(rows) + scales * (joints[..., 1] - rows)
    return keep_found(joints, x, y)


def place_sideways(joints: np.ndarray, target: np.ndarray, width: int) -> tuple[np.ndarray, float, float]:
    """Move a normalized dance (frames, 137, 3) sideways to where the target can be rendered.

    The generator has seen the ``target`` (frames, 137, 3) only where the target stood, and nobody outside
    the picture, ``width`` px wide. So the whole dance moves by the least that lays its feet's columns over
    the target's, one range within the other, and then likewise its joints over the picture. If more than arms
    still leaves the picture, the dance is too wide for it: then steps to the side are shortened about the
    median frame, as the fit compresses a range of rows too large for the target's. Ranges go from the 1st to
    the 99th percentile.

    Returns the joints, the shift in px to the right and the share, 0..1, that is left of steps to the side.
    """
    feet, target_feet = foot_columns(joints), foot_columns(target)
    columns = coordinates(joints)[..., 0]
    shift = _least_shift(_range(feet), _range(target_feet))
    shift += _least_shift(_range(columns + shift), (0, width))
    columns += shift

    strides = (feet - np.median(feet))[:, None]
    for steps in np.linspace(1, 0, 101):
        left, right = _range(columns[:, TRUNK] - (1 - steps) * strides)
        if 0 <= left and right <= width:
            break
    columns -= (1 - steps) * strides
    return keep_found(joints, columns, joints[..., 1]), shift, float(steps)


def place_whole_picture(joints: np.ndarray, source_size: tuple[int, int], target_size: tuple[int, int]) -> np.ndarray:
    """The plain alternative: scale the source's whole picture to the target's height and centre it.

    Sizes are (width, height). Takes and returns joints (frames, 137, 3) as :func:`normalize_feet` does.
    """
    scale = target_size[1] / source_size[1]
    x = target_size[0] / 2 + scale * (joints[..., 0] - source_size[0] / 2)
    return keep_found(joints, x, scale * joints[..., 1])


def share_outside(joints: np.ndarray, width: int, height: int) -> float:
    """Share of the frames, 0..1, of (frames, 137, 3) in which a found joint lies outside the picture."""
    points = joints[..., :2]
    outside = ((points < 0) | (points > (width, height))).any(axis=-1) & found_joints(joints)
    return float(outside.any(axis=1).mean())


def foot_columns(joints: np.ndarray) -> np.ndarray:
    """The column midway between the ankles found, float64 (frames,); interpolated over time where none is."""
    columns = coordinates(joints[:, (LEFT_ANKLE, RIGHT_ANKLE)])[..., 0]
    return interpolated(np.fmin(*columns.T) / 2 + np.fmax(*columns.T) / 2)


def interpolated(values: np.ndarray) -> np.ndarray:
    """``values`` (frames,) with every NaN interpolated over time; not all may be NaN."""
    frames, known = np.arange(len(values)), np.isfinite(values)
    return np.interp(frames, frames[known], values[known])


def coordinates(joints: np.ndarray) -> np.ndarray:
    """(x, y) of joints (..., 3), float64 (..., 2), NaN where not found."""
    found = found_joints(joints)[..., None]
    return np.where(found, joints[..., :2].astype(np.float64), np.nan)


def keep_found(joints: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Joints (frames, 137, 3) at new places x, y (frames, 137), and (0, 0, 0) where they were not found."""
    found = found_joints(joints)[..., None]
    return np.where(found, np.stack([x, y, joints[..., 2]], axis=-1), 0).astype(np.float32)


def _warnings(source: Stance, target: Stance) -> list[str]:
    """Why a fit of these two may not be trusted, each reason with its number."""
    reasons = []
    for name, stance in (("source", source), ("target", target)):
        if stance.coverage < LOW_COVERAGE:
            reasons.append(f"ankles and nose of the {name} were found together in only {stance.coverage:.0%} "
                           "of its frames")
        if not stance.moves:
            reasons.append(f"the feet of the {name} move up and down by only {stance.range:.1f} px "
                           f"({stance.range / stance.height:.1%} of the height): one distance from the "
                           "camera is assumed")
        if stance.residual > HIGH_RESIDUAL:
            reasons.append(f"the {name} is up to {stance.residual:.0%} taller than the fit between its far "
                           f"height {stance.height_far:.0f} px and near height {stance.height_near:.0f} px")
    return reasons


def _range(columns: np.ndarray) -> tuple[float, float]:
    """Between which columns (frames, joints) a dance happens, but for a hundredth of the frames a side."""
    columns = columns.reshape(len(columns), -1)
    columns = columns[np.isfinite(columns).any(axis=1)]
    left, right = np.nanmin(columns, axis=1), np.nanmax(columns, axis=1)
    return float(np.percentile(left, 100 - TOP)), float(np.percentile(right, TOP))


def _least_shift(moved: tuple[float, float], fixed: tuple[float, float]) -> float:
    """The least shift of the range ``moved`` after which it lies in the range ``fixed``, or contains it."""
    least, most = sorted((fixed[0] - moved[0], fixed[1] - moved[1]))
    return float(np.clip(0, least, most))


def _top(values: np.ndarray, otherwise: np.ndarray | None = None) -> float:
    """The maximum of ``values`` but for their top hundredth; of ``otherwise`` if there are none."""
    if otherwise is not None and not len(values):
        values = otherwise
    return float(np.percentile(values, TOP))
