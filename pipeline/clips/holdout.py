"""Which frames of the target clip train the networks and which only judge them."""

from pipeline.params import Split
from pipeline.user.cli import UserError


def split_clip(frames: int, split: Split) -> tuple[int, int]:
    """Split a clip of ``frames`` frames: (end of the training frames, first held-out frame).

    The last ``split.holdout`` of it is held out; the ``split.gap`` frames before it belong to neither side, since a
    neighbour a few milliseconds away would leak the answer. Raises UserError if either side has less
    than a pair of frames.
    """
    first_held_out = frames - round(frames * split.holdout)
    end_of_training = first_held_out - split.gap
    if end_of_training < 2 or frames - first_held_out < 2:
        raise UserError(
            f"the target clip has {frames} frames, too few to train on one part and judge on another: with "
            f"split.holdout {split.holdout:g} and split.gap {split.gap} that leaves {max(end_of_training, 0)} to train "
            f"and {frames - first_held_out} to judge, at least 2 of each are needed; use a longer clip"
        )
    return end_of_training, first_held_out
