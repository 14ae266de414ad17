"""Which frames of the target clip train the networks and which only judge them."""

from pipeline.user.cli import UserError


def split(frames: int, holdout: float, gap: int) -> tuple[int, int]:
    """Split a clip of ``frames`` frames: (end of the training frames, first held-out frame).

    The last ``holdout`` share is held out; the ``gap`` frames before it belong to neither side, since a
    neighbour a few milliseconds away would leak the answer. Raises UserError if either side has less
    than a pair of frames.
    """
    first_held_out = frames - round(frames * holdout)
    end_of_training = first_held_out - gap
    if end_of_training < 2 or frames - first_held_out < 2:
        raise UserError(
            f"the target clip has {frames} frames, too few to train on one part and judge on another: with "
            f"evaluate.holdout {holdout:g} and evaluate.gap {gap} that leaves {max(end_of_training, 0)} to train "
            f"and {frames - first_held_out} to judge, at least 2 of each are needed; use a longer clip"
        )
    return end_of_training, first_held_out
