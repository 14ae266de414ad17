"""Tiny truth folders: a blob that walks over a gradient, with its mask and a pose inside it."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.clips.layout import NUM_JOINTS
from pipeline.clips.masks import write_masks
from pipeline.clips.track import PoseTrack, write_track
from pipeline.video.encode import video_writer


class Walk:
    """A bright person of 10 x 24 px who moves ``speed`` px a frame to the right over a dark gradient."""

    def __init__(self, width=96, height=64, count=12, speed=4, fps=Fraction(30), top=20):
        self.width, self.height, self.count, self.speed, self.fps = width, height, count, speed, fps
        self.top = top

    def left(self, t):
        return 10 + self.speed * t

    def mask(self, t):
        mask = np.zeros((self.height, self.width), bool)
        mask[self.top : self.top + 24, self.left(t) : self.left(t) + 10] = True
        return mask

    def background(self):
        ramp = np.linspace(20, 90, self.width).astype(np.uint8)
        return np.broadcast_to(ramp[None, :, None], (self.height, self.width, 3)).copy()

    def picture(self, t):
        picture = self.background()
        picture[self.mask(t)] = (210, 180, 150)
        return picture

    def joints(self):
        """(count, 137, 3): the body's joints down the person's middle, the rest not found."""
        joints = np.zeros((self.count, NUM_JOINTS, 3), np.float32)
        for t in range(self.count):
            joints[t, :25] = [(self.left(t) + 5, self.top + 1 + 0.9 * joint, 1) for joint in range(25)]
        return joints

    def track(self):
        times = np.arange(self.count) / float(self.fps)
        return PoseTrack(self.joints(), times, self.fps, self.width, self.height, "truth")

    def write_video(self, path: Path, crf=0):
        with video_writer(path, self.fps, crf) as write:
            for t in range(self.count):
                write(self.picture(t))

    def write(self, folder: Path):
        self.write_video(folder / "video.mp4")
        write_track(folder / "poses.parquet", self.track())
        write_masks(folder / "masks.parquet", (self.mask(t) for t in range(self.count)))
        return folder


@pytest.fixture
def walk():
    return Walk


@pytest.fixture
def blur():
    """Pictures agree up to the codec's loss of colour detail: compare them blurred."""
    return lambda picture: cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 2)
