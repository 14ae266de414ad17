"""Turned squares of a frame: what a network looks at, and where in the frame lies what it finds there."""

from dataclasses import dataclass
from math import atan2, cos, degrees, dist, pi, radians, sin

import cv2
import numpy as np

Range = tuple[float, float]


@dataclass(frozen=True)
class Square:
    """A square of a frame. x, y: its centre; side: both in pixels of the frame. angle: radians, clockwise as seen."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    def moved(self, down: float = 0.0, scale: float = 1.0) -> "Square":
        """Moved along its own downward axis by a share of its side, then scaled about its centre."""
        way = down * self.side
        return Square(
            self.x - way * sin(self.angle), self.y + way * cos(self.angle), self.side * scale, self.angle
        )

    def cut(
        self, frame: np.ndarray, size: int, values: Range = (0, 1), border: int = cv2.BORDER_REPLICATE
    ) -> np.ndarray:
        """The square as a picture of ``size`` x ``size`` px of uint8 RGB (H, W, 3), float32, 0..255 put to ``values``.

        border: what lies outside the frame, as OpenCV names it: the frame's edge repeated, or black.
        """
        matrix = self._axes() * (self.side / size)
        corner = (self.x, self.y) - matrix @ (size / 2, size / 2)
        picture = cv2.warpAffine(
            frame, np.column_stack([matrix, corner]), (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=border,
        )
        low, high = values
        return picture.astype(np.float32) * np.float32((high - low) / 255) + np.float32(low)

    def to_frame(self, points: np.ndarray) -> np.ndarray:
        """Points (..., 2), as shares of the square's sides from its upper left corner, in pixels of the frame."""
        return (points - 0.5) * self.side @ self._axes().T + (self.x, self.y)

    def from_frame(self, points: np.ndarray) -> np.ndarray:
        """The inverse of :meth:`to_frame`."""
        return (points - (self.x, self.y)) @ self._axes() / self.side + 0.5

    def _axes(self) -> np.ndarray:
        """Its rightward and its downward axis, as the columns of a rotation (2, 2)."""
        c, s = cos(self.angle), sin(self.angle)
        return np.array([[c, -s], [s, c]])


def around_frame(frame: np.ndarray) -> Square:
    """The smallest square that holds all of a frame."""
    height, width = frame.shape[:2]
    return Square(width / 2, height / 2, max(width, height))


def upright(way: np.ndarray, target: float) -> float:
    """The angle, radians in -pi..pi, of a square in which a way, from its start to its end (2, 2), points in direction
    ``target``: degrees, 0 = to the right, 90 = up."""
    (from_x, from_y), (to_x, to_y) = way.tolist()
    angle = radians(target) - atan2(from_y - to_y, to_x - from_x)
    return (angle + pi) % (2 * pi) - pi


def about(way: np.ndarray, target: float) -> Square:
    """The square about the start of a way (2, 2) that reaches as far as its end, in which it points to ``target``."""
    (x, y), end = way.tolist()
    return Square(x, y, 2 * dist((x, y), end), upright(way, target))


def bounding(points: np.ndarray, angle: float) -> Square:
    """The square turned by ``angle`` about the middle of the smallest upright box that holds all points (N, 2), whose
    side is the longer one of that box."""
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = ((low + high) / 2).tolist()
    return Square(x, y, float((high - low).max()), angle)


def bounding_turned(points: np.ndarray, angle: float) -> Square:
    """The square about the smallest box turned by ``angle`` that holds all points (N, 2): its side is the longer."""
    turned = Square(0, 0, 1, angle)
    own = turned.from_frame(points) - 0.5
    low, high = own.min(axis=0), own.max(axis=0)
    x, y = turned.to_frame((low + high) / 2 + 0.5).tolist()
    return Square(x, y, float((high - low).max()), angle)


@dataclass(frozen=True)
class Steadiness:
    """How far a square may have moved from frame to frame to be still trusted.

    angle: degrees. way, growth: shares of the new square's side. margin: how much larger than the new square, as a
    share of it, the room is in which all the points must lie.
    """

    angle: float
    way: float
    growth: float
    margin: float

    def holds(self, old: Square, new: Square, points: np.ndarray) -> bool:
        """Whether ``old``, made of ``points`` (N, 2) of the frame before, still fits where ``new`` says to look."""
        turn = degrees((old.angle - new.angle + pi) % (2 * pi) - pi)
        way = new.from_frame(np.array([[old.x, old.y]]))[0] - 0.5
        inside = np.abs(new.from_frame(points) - 0.5) < (1 + self.margin) / 2
        return bool(
            abs(turn) <= self.angle and (np.abs(way) <= self.way).all()
            and abs(old.side - new.side) <= self.growth * new.side and inside.all()
        )
