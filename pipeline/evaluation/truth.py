"""A rendered clip of what a perfect transfer would be, brought to the size and rate of a result."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pipeline.clips.masks import MaskStore
from pipeline.clips.track import PoseTrack, read_track
from pipeline.user.cli import UserError
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures
from pipeline.video.resample import resample

FILES = ("video.mp4", "poses.parquet", "masks.parquet")


@dataclass(frozen=True)
class TruthFrame:
    """One true frame: uint8 RGB (H, W, 3), bool (H, W) where the person is, and the pose (137, 3) in px of both."""

    picture: np.ndarray
    mask: np.ndarray
    pose: np.ndarray


class TruthClip:
    """The clip in ``folder``: video.mp4, poses.parquet (pose.track) and masks.parquet (video.masks).

    Its frames are brought to the size of the target's stored ones, ``width`` x ``height`` px. Raises UserError if a
    file is missing or they do not belong together.
    """

    def __init__(self, folder: Path, width: int, height: int) -> None:
        for name in FILES:
            if not (folder / name).is_file():
                raise UserError(
                    f"{folder / name} is missing: sources.<name>.truth in params.yaml names a folder with "
                    f"{', '.join(FILES)}"
                )
        self.folder, self.video = folder, probe(folder / "video.mp4")
        self.track = read_track(folder / "poses.parquet")
        self.masks = MaskStore(folder / "masks.parquet")
        self.fit = fit_into(self.video.width, self.video.height, width, height, "pad")
        counts = self.video.frames, len(self.track), len(self.masks)
        if len(set(counts)) > 1:
            frames, poses, masks = counts
            raise UserError(
                f"{folder} has {frames} frames in its video, {poses} poses and {masks} masks: make the clip again"
            )
        size = self.video.width, self.video.height
        if not size == (self.track.width, self.track.height) == self.masks[0].shape[::-1]:
            raise UserError(f"{folder} has video, poses and masks of different sizes in px: make the clip again")

    def count(self, fps: Fraction) -> int:
        """How many frames there are at ``fps`` frames per second."""
        return round(self.video.duration * fps)

    def require_length(self, source: str, fps: Fraction, frames: int) -> None:
        """Raise UserError unless there are as many frames at ``fps`` as the ``source`` has, give or take one."""
        if abs(self.count(fps) - frames) > 1:
            raise UserError(
                f"sources.{source}.truth, {self.folder}, lasts {float(self.video.duration):.2f} s, {self.count(fps)} "
                f"frames at {float(fps):g} frames/s, but the source has {frames}: give the truth of this very clip, "
                "from its first frame to its last"
            )

    def poses(self, fps: Fraction) -> PoseTrack[np.ndarray]:
        """The poses of :meth:`frames`, as a clip of the target's size at ``fps`` frames per second."""
        # exact, as the pictures' times are: rounded ones decide otherwise where two frames are equally near
        numbered = ((index / self.track.fps, index) for index in range(len(self.track)))
        chosen = [index for _, index in resample(numbered, fps, self.video.duration)]
        times = np.arange(len(chosen)) / float(fps)
        joints = np.stack([self.pose(index) for index in chosen])
        return PoseTrack(joints, times, fps, self.fit.width, self.fit.height, self.track.detector)

    def frames(self, fps: Fraction) -> Iterator[TruthFrame]:
        """The frames nearest in time to 0, 1 / fps, 2 / fps, ... s, chosen as decode chooses a source's."""
        pictures = enumerate(read_pictures(self.video, self.fit))
        numbered = ((time, (index, picture)) for index, (time, picture) in pictures)
        for _, (index, picture) in resample(numbered, fps, self.video.duration):
            yield TruthFrame(picture, self.mask(index), self.pose(index))

    def mask(self, index: int) -> np.ndarray:
        """Frame ``index``'s mask in the target's picture: pixels of which the person covers half or more."""
        fit = self.fit
        placed = np.zeros((fit.height, fit.width), np.float32)
        placed[fit.top : fit.top + fit.scaled_height, fit.left : fit.left + fit.scaled_width] = _resized(
            self.masks[index].astype(np.float32), fit.scaled_width, fit.scaled_height
        )
        return placed >= 0.5

    def pose(self, index: int) -> np.ndarray:
        """Frame ``index``'s pose in px of the target's picture, float32 (137, 3)."""
        fit, pose = self.fit, self.track.joints[index].copy()
        pose[:, 0] = pose[:, 0] * fit.scaled_width / fit.original_width + fit.left
        pose[:, 1] = pose[:, 1] * fit.scaled_height / fit.original_height + fit.top
        return pose


def _resized(share: np.ndarray, width: int, height: int) -> np.ndarray:
    """How much of each pixel is covered, float32 (H, W) in 0..1, at another size."""
    shrinks = height < share.shape[0]
    return cv2.resize(share, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
