"""Sample grids: what the body generator makes of a few held-out frames, always the same, as training goes on."""

import numpy as np
import torch
from torch import Tensor

from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.pictures import to_picture


@torch.no_grad()
def body_grid(generator: BodyGenerator, poses: Tensor, frames: Tensor, plates: Tensor) -> np.ndarray:
    """One row per example: pose picture, generated frame, real frame, of the later frame of its pair.

    poses, frames: float (N, 2, 3, H, W) in [-1, 1], plates: (N, 3, H, W), on the generator's device.
    -> uint8 RGB (N * H, 3 * W, 3).
    """
    rows = []
    for pair, real, plate in zip(poses, frames, plates, strict=True):
        fake = generator.rollout(pair[None], plate[None])[0][0]
        rows.append(np.hstack([to_picture(picture[-1]) for picture in (pair, fake, real)]))
    return np.vstack(rows)
