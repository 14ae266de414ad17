"""The target's clip as benchmarks need it: a camera that stands still, or what is left of it in this workspace."""

from dataclasses import dataclass

import numpy as np

from pipeline.body.data import PairDataset, consecutive_pairs
from pipeline.clips import paths
from pipeline.clips.camera import still_camera
from pipeline.clips.holdout import split_clip
from pipeline.clips.stable import StableClip, open_target
from pipeline.clips.store import FrameStore
from pipeline.clips.track import bodies_seen, read_track
from pipeline.params import Params
from pipeline.pose.smoothing import smooth
from pipeline.pose.stature import statures
from pipeline.pose.windows import view_of
from pipeline.reference.references import References, references_of
from pipeline.training.frames import TrainingFrames


def still_clip(store: FrameStore) -> StableClip:
    """A clip whose camera stands still, before a grey plate."""
    return StableClip(store, still_camera(store), np.full((store.height, store.width, 3), 128, np.uint8))


@dataclass(frozen=True)
class Target:
    """The workspace's target in the windows of params.yaml. statures: px of the canvas. end: of its training part.
    first: held-out frame."""

    frames: TrainingFrames
    statures: np.ndarray
    end: int
    first: int

    def pairs(self, start: int, end: int) -> np.ndarray:
        """The pairs of consecutive frames in [start, end) that show a body: int64, later frames."""
        return consecutive_pairs(self.frames.clip.store.pairs(), bodies_seen(self.frames.joints), start, end)

    def training(self) -> PairDataset:
        """The training part's pairs, every epoch the same."""
        return PairDataset(self.frames, self.pairs(0, self.end))

    def references(self) -> References:
        """What a generator may copy from."""
        frames, seen = self.frames, bodies_seen(self.frames.joints)[: self.end]
        return references_of(frames.clip, frames.joints, self.statures, seen)


def load_target(params: Params, height: int) -> Target:
    """What the stages up to `background` left here, in pictures of ``height`` px."""
    clip, track, pose = open_target(), read_track(paths.STABLE_POSES), params.pose
    view = view_of(params.train.window, height, params.train.multiple, track)
    joints = smooth(track.joints, pose, clip.store.shots, float(clip.store.fps))
    frames = TrainingFrames(clip, joints, view.windows(track, joints, clip.store.shots), *view.size)
    tall = statures(joints, clip.store.shots, float(track.fps))
    return Target(frames, tall, *split_clip(bodies_seen(joints), params.split))
