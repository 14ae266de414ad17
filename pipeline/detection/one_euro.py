"""The One Euro filter (Casiez, Roussel and Vogel, CHI 2012): still points are smoothed, fast ones left alone."""

from math import pi

import numpy as np


class OneEuroFilter:
    """Filters points frame by frame, every coordinate for itself.

    rate: frames/s. least_cutoff: Hz, of points that stand still. beta: how much the cutoff grows with speed.
    speed_cutoff: Hz, of the filter of the speed itself.
    """

    def __init__(self, rate: float, least_cutoff: float, beta: float, speed_cutoff: float = 1.0):
        self.rate, self.least_cutoff, self.beta = rate, least_cutoff, beta
        self.speed_share = self._share(np.array(speed_cutoff))
        self._raw: np.ndarray | None = None

    def reset(self) -> None:
        """Forget all: the next points are the first."""
        self._raw = None

    def filter(self, points: np.ndarray, unit: float) -> np.ndarray:
        """The next frame's points (N, 2), px, filtered. unit: px that count as one of the speed's length."""
        if self._raw is None:
            self._speed, self._smooth = np.zeros_like(points), points
        else:
            speed = (points - self._raw) / unit * self.rate
            self._speed = self._speed + self.speed_share * (speed - self._speed)
            share = self._share(self.least_cutoff + self.beta * np.abs(self._speed))
            self._smooth = self._smooth + share * (points - self._smooth)
        self._raw = points
        return self._smooth

    def _share(self, cutoff: np.ndarray) -> np.ndarray:
        """How much a new value counts in a low-pass filter of ``cutoff`` Hz."""
        return 1 / (1 + self.rate / (2 * pi * cutoff))
