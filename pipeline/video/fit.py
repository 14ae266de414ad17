"""How a picture is placed in the store, and the way back to the original's pixels. Every clip keeps its own shape."""

from dataclasses import dataclass
from fractions import Fraction

LONGEST = 1920  # px: the longer side of stored frames, and so of results, at most


@dataclass(frozen=True)
class Fit:
    """A picture of ``original_width`` x ``original_height`` px and its scaled place in the store.

    Scaled to ``scaled_width`` x ``scaled_height`` px, its top left corner lies at (``left``, ``top``) of a
    store picture of ``width`` x ``height`` px: positive where black is added, negative where it is cropped.
    """

    original_width: int
    original_height: int
    scaled_width: int
    scaled_height: int
    left: int
    top: int
    width: int
    height: int

    @property
    def to_original(self) -> list[list[float]]:
        """The 2x3 affine map from store px to original px: (x, y, 1) -> (x, y), corner-based coordinates."""
        x_scale = self.original_width / self.scaled_width
        y_scale = self.original_height / self.scaled_height
        return [[x_scale, 0.0, -self.left * x_scale], [0.0, y_scale, -self.top * y_scale]]


def fit_into(original_width: int, original_height: int, width: int, height: int, how: str) -> Fit:
    """Place an original in ``width`` x ``height`` px, centred: ``how`` is "pad" (all of it, black around)
    or "crop" (no black, what sticks out is lost)."""
    scales = Fraction(width, original_width), Fraction(height, original_height)
    scale = min(scales) if how == "pad" else max(scales)
    scaled_width = max(1, round(original_width * scale))
    scaled_height = max(1, round(original_height * scale))
    left, top = (width - scaled_width) // 2, (height - scaled_height) // 2
    return Fit(original_width, original_height, scaled_width, scaled_height, left, top, width, height)


def fit_height(original_width: int, original_height: int, height: int | None) -> Fit:
    """Scale an original to ``height`` px (None: its own) and the nearest even width; nothing is added or lost.

    Its longer side becomes ``LONGEST`` px at most. Both sides are even, as video codecs want them.
    """
    most = min(Fraction(LONGEST), Fraction(LONGEST * original_height, original_width))
    height = max(2, 2 * round(min(Fraction(height or original_height), most) / 2))
    width = max(2, 2 * round(Fraction(original_width * height, original_height) / 2))
    return Fit(original_width, original_height, width, height, 0, 0, width, height)
