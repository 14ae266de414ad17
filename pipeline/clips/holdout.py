"""Which frames of the target clip train the networks and which only judge them."""

import numpy as np

from pipeline.params import Split
from pipeline.user.cli import UserError


def split_clip(seen: np.ndarray, split: Split) -> tuple[int, int]:
    """Split a clip: (end of the training frames, first held-out frame).

    seen: bool (frames,), where somebody is; the others neither train nor judge anything. The last ``split.holdout`` of
    those frames is held out, and what lies between; the ``split.gap`` frames before it belong to neither side, since a
    neighbour a few milliseconds away would leak the answer. Raises UserError if either side has less than a pair of
    frames.
    """
    people = np.flatnonzero(seen)
    judge = round(len(people) * split.holdout)
    first_held_out = int(people[-judge]) if judge else len(seen)
    end_of_training = first_held_out - split.gap
    train = np.count_nonzero(people < end_of_training)
    if train < 2 or judge < 2:
        raise UserError(
            f"the target clip has {len(people)} frames with a person, too few to train on one part and judge on "
            f"another: with split.holdout {split.holdout:g} and split.gap {split.gap} that leaves {train} to train and "
            f"{judge} to judge, at least 2 of each are needed; use a longer clip"
        )
    return end_of_training, first_held_out
