"""Something to dance to: a drum on every step and a bass line, made of sines and noise."""

import wave
from pathlib import Path

import numpy as np

RATE = 44_100  # samples a second
BASS = (55.0, 55.0, 82.4, 73.4)  # Hz, one a step


def write_beat(path: Path, seconds: float, beat: float, start: float = 0.0) -> None:
    """Write a mono WAV of ``seconds`` whose beats are ``beat`` s apart, beginning ``start`` s into the dance."""
    time = start + np.arange(round(seconds * RATE)) / RATE
    count, since = np.divmod(time, beat)
    drum = np.sin(2 * np.pi * (50 * since + 3 * (1 - np.exp(-30 * since)))) * np.exp(-12 * since)
    hiss = np.random.RandomState(0).uniform(-1, 1, len(time))
    hat = hiss * np.exp(-60 * ((since + beat / 2) % beat))
    note = np.array(BASS)[count.astype(int) % len(BASS)]
    bass = np.tanh(3 * np.sin(2 * np.pi * note * since)) * np.exp(-3 * since) * (1 - np.exp(-200 * since))
    samples = np.clip(0.55 * drum + 0.12 * hat + 0.25 * bass, -1, 1) * 32_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
