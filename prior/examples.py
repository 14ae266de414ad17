"""What the prior learns from: every invented person's training pairs, one person's after another's."""

from bisect import bisect_right
from collections.abc import Sized
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from torch import Tensor
from torch.utils.data import ConcatDataset

from pipeline.body.data import PairDataset, consecutive_pairs
from pipeline.clips.stable import StableClip
from pipeline.clips.track import PoseTrack, bodies_seen
from pipeline.params import Params
from pipeline.pose.smoothing import smooth
from pipeline.pose.stature import statures
from pipeline.pose.windows import View, view_of
from pipeline.reference.references import References, references_of
from pipeline.training.frames import TrainingFrames
from prior.people import open_person
from prior.recipe import Recipe


@dataclass(frozen=True)
class Person:
    """One invented person: poses smoothed within each pair, windows, and references, if training copies from any."""

    clip: StableClip
    view: View
    frames: TrainingFrames
    references: References | None

    def pairs(self) -> PairDataset:
        """The pairs in which a body was found. Raises UserError if there are none."""
        store = self.clip.store
        ends = consecutive_pairs(store.pairs(), bodies_seen(self.frames.joints), 0, len(store))
        return PairDataset(self.frames, ends, self.references)


def load_people(folder: Path, recipe: Recipe, params: Params) -> list[Person]:
    """All people of ``recipe``, rendered into ``folder``. Raises UserError if one is missing."""
    return [_load(*open_person(folder, seed), params) for seed in recipe.seeds]


def _load(clip: StableClip, track: PoseTrack[np.ndarray], params: Params) -> Person:
    train = params.train
    joints = smooth(track.joints, params.pose, clip.store.shots, float(clip.store.fps))
    one_dance = np.zeros(len(track), np.int64)  # how tall people are and how far they reach, other pairs tell, too
    view = view_of(train.window, train.height, train.multiple, track)
    frames = TrainingFrames(clip, joints, view.windows(track, joints, one_dance), view.width, view.height)
    references = None
    if train.references == "nearest":
        tall = statures(joints, one_dance, float(track.fps))
        references = references_of(clip, joints, tall, bodies_seen(joints))
    return Person(clip, view, frames, references)


class Together(ConcatDataset):
    """The items of several datasets, one after another: item i, and i + len * epoch."""

    def __getitem__(self, item: int) -> tuple[Tensor, ...]:
        epoch, place = divmod(item, len(self))
        which = bisect_right(self.cumulative_sizes, place)
        dataset, end = self.datasets[which], self.cumulative_sizes[which]
        size = len(cast(Sized, dataset))
        return dataset[place - (end - size) + epoch * size]
