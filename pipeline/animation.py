"""A moving picture of a result beside its source, small enough for a README or a chat: an animated WebP.

    python -m pipeline.animation <source> <file.webp>

Reads the small video that the page plays, reports/player/transfer_<source>.mp4.
"""

from fractions import Fraction
from itertools import islice
from math import ceil
from pathlib import Path

import cv2
import numpy as np

from pipeline.clips import paths
from pipeline.clips.scaling import resize
from pipeline.reporting.strip import read_whole
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError, run
from pipeline.video.probe import probe

HEIGHT = 240  # px
RATE = 12  # frames/s at most
LONGEST = 6  # s
QUALITY = 60  # of WebP


def main(source: str, file: str) -> None:
    strip, path = paths.player(source), Path(file)
    if not strip.is_file():
        raise UserError(f"{strip} is missing: run `dvc repro` first")
    if path.suffix != ".webp":
        raise UserError(f"{path} is no name of an animated picture: give one that ends in .webp")
    video = probe(strip)
    every = max(1, round(video.rate / RATE))
    width = round(video.width * HEIGHT / video.height)
    animation = cv2.Animation()
    animation.frames = [
        cv2.cvtColor(resize(picture, width, HEIGHT), cv2.COLOR_RGB2BGR)
        for picture in islice(read_whole(video), 0, ceil(LONGEST * video.rate), every)
    ]
    animation.durations = np.full(len(animation.frames), round(1000 * Fraction(every) / video.rate), np.int32)
    with atomic(path) as partial:
        if not cv2.imwriteanimation(str(partial), animation, [cv2.IMWRITE_WEBP_QUALITY, QUALITY]):
            raise UserError(f"{path} could not be written: this OpenCV makes no animated WebP")
    print(f"{path}: {len(animation.frames)} pictures of {width}x{HEIGHT} px, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    run(main, "source", "file.webp", is_stage=False)
