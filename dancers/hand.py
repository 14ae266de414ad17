"""A hand that holds a camera: it drifts slowly and sways from a third of a hertz to two hertz, less the faster."""

import numpy as np

from dancers import cast

DRIFT, SWAY = (0.05, 0.15), (0.3, 2.0)  # Hz
WAVES = 7  # sinusoids a band
DRIFT_SHARE = 0.5  # of the variance


def unsteadiness(hand: cast.Hand, time: float) -> tuple[np.ndarray, np.ndarray]:
    """How far a held camera is off at ``time``, s: shift (3,), m, to the right, up and forward, and turn (3,), rad.

    The turn is a rotation vector around the axes to the right, up and forward. Both are sums of sinusoids: smooth
    functions of time that depend on the hand's seed only, each of their components with the standard deviation that
    ``hand`` says, over a long time.
    """
    random = np.random.RandomState(hand.seed)
    moment = time if hand.stopped is None else hand.stopped
    offset = np.zeros(6)
    for (low, high), share in ((DRIFT, DRIFT_SHARE), (SWAY, 1 - DRIFT_SHARE)):
        frequency = low * (high / low) ** random.random_sample((WAVES, 6))
        phase = 2 * np.pi * random.random_sample((WAVES, 6))
        amplitude = 1 / frequency
        amplitude *= np.sqrt(2 * share / (amplitude**2).sum(axis=0))
        offset += (amplitude * np.sin(2 * np.pi * frequency * moment + phase)).sum(axis=0)
    return hand.shift * offset[:3], np.radians(hand.turn) * offset[3:]
