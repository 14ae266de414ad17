"""Sample grids: what the body generator makes of a few held-out frames, always the same, as training goes on."""

import numpy as np
import torch
from torch import Tensor

from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.pictures import to_picture


@torch.no_grad()
def body_grid(
    generator: BodyGenerator, poses: Tensor, frames: Tensor, plates: Tensor, known: Tensor,
    references: Tensor | None = None,
) -> np.ndarray:
    """One row per example: pose picture, reference if there are any, generated frame, real frame.

    All are of the later frame of the example's pair. poses, frames, ...: a batch, see
    :func:`pipeline.body.step.body_losses`, of N examples. -> uint8 RGB (N * H, 3 or 4 * W, 3).
    """
    rows = []
    for each in range(len(poses)):
        given = [poses[each : each + 1], plates[each : each + 1]]
        shown = [poses[each]]
        if references is not None:
            given.append(references[each : each + 1])
            shown.append(references[each, :, :3])
        shown += [generator.rollout(*given)[0][0], frames[each]]
        rows.append(np.hstack([to_picture(picture[-1]) for picture in shown]))
    return np.vstack(rows)
