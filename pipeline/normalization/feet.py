"""Global pose normalization ("Everybody Dance Now", section "Global pose normalization").

The source person may be of another size and at another distance from another camera. Here their poses are moved and
scaled to where the target person would stand. The lower a foot in the picture, the nearer it is to the camera; so the
foot's row, its y, tells how far away a person is. The rows and the person's heights at the nearest and the farthest
position ("near" and "far"; "close" and "far" in the paper) of both clips give a translation and a scale for every frame
of the source.
"""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.clips.layout import (
    BODY,
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_WRIST,
    MID_HIP,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_ELBOW,
    RIGHT_WRIST,
    found_joints,
)
from pipeline.user.cli import UserError

END_SHARE = 0.05  # of the near..far range: frames so close to an end are used to measure the height there (the paper's)
HEIGHT_DROP = 0.1  # a near height this share below the overall height is replaced by that (the paper's)
FULL_LENGTH = 90.0  # percentile over frames of a limb that is foreshortened in some
TOP = 99.0  # percentile taken instead of the maximum, which may be a wrong detection
BEYOND = 1.5  # of the target's range of rows: so wide may the rows be that a dance takes which keeps its steps
SHRUNK = 0.5  # of the target's far height: so much of it is left at least where such a dance is farther away
SMALL_RANGE = 0.02  # of the person's height: a near..far range below this is jitter, not walking
TRUNK = sorted(set(range(BODY.stop)) - {LEFT_ELBOW, LEFT_WRIST, RIGHT_ELBOW, RIGHT_WRIST})
LOW_COVERAGE = 0.5  # share of frames with foot and nose, 0..1; below it there is a warning
HIGH_RESIDUAL = 0.15  # of the fitted height: if people look so much taller than it, there is a warning


@dataclass(frozen=True)
class Stance:
    """Where one person stands in a clip and how tall they look there; rows and heights in pixels.

    near, far, median: the foot's row nearest to the camera, farthest from it, and the median over frames.
    height_near, height_far: from foot to nose at those rows, standing upright. coverage: share of the frames, 0..1, in
    which foot and nose were found. residual: by what share the tallest frames exceed the height that linear
    interpolation between far and near gives for their row.
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
        """The distance between the near and the far row, px."""
        return self.near - self.far

    @property
    def height(self) -> float:
        """The mean of both heights, px."""
        return (self.height_near + self.height_far) / 2

    @property
    def moves(self) -> bool:
        """Whether the distance to the camera changes by more than jitter."""
        return self.range >= SMALL_RANGE * self.height_near

    @property
    def middle(self) -> float:
        """The row midway between near and far on the ground, whose distances are as the heights' reciprocals."""
        growth = self.height_near - self.height_far
        if growth <= 0:
            return (self.near + self.far) / 2
        height = 2 / (1 / self.height_near + 1 / self.height_far)
        return self.far + self.range * (height - self.height_far) / growth

    def height_at(self, rows: np.ndarray | float) -> np.ndarray:
        """The upright height, px, at foot rows (...): linear between far and near, constant beyond them."""
        if self.range == 0:
            return np.full_like(rows, self.height_near, dtype=float)
        return np.asarray(np.interp(rows, (self.far, self.near), (self.height_far, self.height_near)))


@dataclass(frozen=True)
class FeetFit:
    """How a source frame with its foot at row f is mapped into the target's picture.

    The foot goes to row ``foot_to + slope * (f - foot_from)``; everything is scaled about it by a factor that changes
    linearly from ``scale_far`` at the source's far row to ``scale_near`` at its near row. warnings: sentences, with
    numbers, on why the fit may not be reliable.
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
        """Map foot rows (...) of the source to rows of the target's picture.

        Beyond the near and the far row a foot is in the air, in a jump or a cartwheel: there a px is worth as much as
        of the body itself.
        """
        ground = np.clip(rows, self.source.far, self.source.near)
        return self.foot_to + self.slope * (ground - self.foot_from) + self.scales(rows) * (rows - ground)

    def scales(self, rows: np.ndarray) -> np.ndarray:
        """Scale factors at the source's foot rows (...).

        Beyond near and far the factor is constant: a foot above the far row is, by that row's definition, in the
        air, and a jumping person must not shrink.
        """
        if self.source.range == 0:
            return np.full_like(rows, self.scale_near, dtype=float)
        return np.interp(rows, (self.source.far, self.source.near), (self.scale_far, self.scale_near))


def foot_rows(joints: np.ndarray, foot: str) -> np.ndarray:
    """The foot's row, px, in every frame of (frames, 137, 3), float64 (frames,); NaN where it is not found.

    foot: ``lowest`` takes the lower of the ankles found (one is enough), ``mean`` the mean of both ankles.
    """
    rows = coordinates(joints[:, (LEFT_ANKLE, RIGHT_ANKLE)])[..., 1]
    return np.fmax(rows[:, 0], rows[:, 1]) if foot == "lowest" else rows.mean(axis=1)


def measure(joints: np.ndarray, foot: str, alpha: float, clip: str) -> Stance:
    """Measure where the person in a clip, (frames, 137, 3) of smoothed joints, stands.

    alpha: 0..1, how far above the median the far row may lie, as a share of the distance from near to median: feet
    above that are taken to be in the air. Instead of maxima 99th percentiles are used. Raises UserError naming ``clip``
    if no frame shows ankles and nose together.
    """
    rows = foot_rows(joints, foot)
    heights = rows - coordinates(joints[:, NOSE])[:, 1]
    seen = heights > 0
    if not seen.any() and np.isfinite(heights).any():
        raise UserError(f"the feet of {clip} cannot be fitted: its head is below its feet in all of the "
                        f"{int(np.isfinite(heights).sum())} frames that show both; turn the video upright")
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
    if not stance.moves:  # then near and far are the same place
        stance = replace(stance, height_near=overall, height_far=overall)
    return replace(stance, residual=max(0.0, _top(heights / stance.height_at(rows)) - 1))


def fit_feet(source: Stance, target: Stance, keep_steps: bool = False) -> FeetFit:
    """Fit the source's range of foot rows to the target's, with the heights at both ends.

    If the source's range, in body heights, is smaller than the target's, it is mapped to a range of that size around
    the middle of the target's. A source whose distance to the camera does not change is put on the target's median row,
    with one scale.

    keep_steps: if the source's range is larger than the target's, it keeps its size, too, up to BEYOND times the
    target's, and the middles on the ground fall on each other; the heights beyond the target's rows follow the line
    through far and near. The paper makes all its range the target's: a generator of whole pictures has seen nobody
    elsewhere. One that sees a square around the person need not care.
    """
    if source.moves and target.moves and keep_steps:
        slope = min(target.height / source.height, BEYOND * target.range / source.range)
        foot_from, foot_to = source.middle, target.middle
        growth = (target.height_near - target.height_far) / target.range
        if growth > 0 and foot_from > source.far:
            beyond = (1 - SHRUNK) * target.height_far / growth  # px, behind the far row
            slope = min(slope, (foot_to - target.far + beyond) / (foot_from - source.far))
        scale_far, scale_near = (
            (target.height_far + growth * (foot_to + slope * (row - foot_from) - target.far)) / height
            for row, height in ((source.far, source.height_far), (source.near, source.height_near))
        )
    elif source.moves:
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
    """Map a source's smoothed joints (frames, 137, 3) into the target's picture, by the ``fit`` of the two clips.

    Every frame is scaled about its own foot, which goes to the row that the fit gives; where the foot is not found, its
    row is interpolated over time. The paper says nothing about columns (x). Here they are scaled by the same factor
    about the vertical centre line of the pictures, ``source_width`` and ``target_width`` px wide: so steps to the side
    keep their length in body heights, too, near and far.
    Returns float32 (frames, 137, 3); joints not found are (0, 0, 0).
    """
    rows = interpolated(foot_rows(joints, foot))[:, None]
    scales = fit.scales(rows)
    x = target_width / 2 + scales * (joints[..., 0] - source_width / 2)
    y = fit.feet_to(rows) + scales * (joints[..., 1] - rows)
    return keep_found(joints, x, y)


def place_sideways(joints: np.ndarray, target: np.ndarray, width: int) -> tuple[np.ndarray, float, float]:
    """Shift a normalized dance (frames, 137, 3) sideways to where the generator can render it.

    The generator has seen the ``target`` (frames, 137, 3) only where the target stood, and nobody outside the picture,
    ``width`` px wide. So the whole dance is shifted, first by the least after which the range of its feet's columns
    lies in the range of the target's or contains it, then by the least after which the same holds for all its joints
    and the picture. If more than arms still leaves the picture, the dance is too wide for it: then steps to the side
    are shortened about the median position, as the fit compresses a range of rows that is larger than the target's.
    Ranges go from the 1st to the 99th percentile.

    Returns the joints, the shift in px to the right and the factor, 0..1, by which steps to the side were shortened.
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
    """The simple alternative (method ``none``): scale the source's whole picture to the target's height and centre it.

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
    """The column, px, midway between the ankles found, float64 (frames,); interpolated over time where none is."""
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


def torso_length(points: np.ndarray) -> float:
    """Px from neck to hips where the torso is seen in its full length; 0 if it never is.

    points: (frames, 137, 2), NaN where not found.
    """
    lengths = np.linalg.norm(points[:, NECK] - points[:, MID_HIP], axis=1)
    lengths = lengths[np.isfinite(lengths)]
    return float(np.percentile(lengths, FULL_LENGTH)) if len(lengths) else 0.0


def keep_found(joints: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Joints (frames, 137, 3) at new places x, y (frames, 137), and (0, 0, 0) where they were not found."""
    found = found_joints(joints)[..., None]
    return np.where(found, np.stack([x, y, joints[..., 2]], axis=-1), 0).astype(np.float32)


def _warnings(source: Stance, target: Stance) -> list[str]:
    """Sentences, with numbers, on why a fit of these two may not be reliable."""
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
    """(left, right) ends of ``columns`` (frames, joints), without the outermost 1 % of the frames on each side."""
    columns = columns.reshape(len(columns), -1)
    columns = columns[np.isfinite(columns).any(axis=1)]
    left, right = np.nanmin(columns, axis=1), np.nanmax(columns, axis=1)
    return float(np.percentile(left, 100 - TOP)), float(np.percentile(right, TOP))


def _least_shift(moved: tuple[float, float], fixed: tuple[float, float]) -> float:
    """The least shift of the range ``moved`` after which it lies in the range ``fixed``, or contains it."""
    least, most = sorted((fixed[0] - moved[0], fixed[1] - moved[1]))
    return float(np.clip(0, least, most))


def _top(values: np.ndarray, otherwise: np.ndarray | None = None) -> float:
    """The 99th percentile of ``values``; of ``otherwise`` if there are none."""
    if otherwise is not None and not len(values):
        values = otherwise
    return float(np.percentile(values, TOP))
