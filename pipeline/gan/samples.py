"""Fixed sample grids: the same held-out frames again and again while a network trains."""

import numpy as np
import torch
from torch import Tensor

from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.face_generator import FaceGenerator
from pipeline.gan.pictures import to_picture

SAMPLES = 4


@torch.no_grad()
def body_grid(generator: BodyGenerator, poses: Tensor, frames: Tensor) -> np.ndarray:
    """One row an example: pose picture, generated frame, real frame, each the later of its pair.

    poses, frames: float (N, 2, 3, H, W) in [-1, 1], on the generator's device. -> uint8 RGB (N * H, 3 * W, 3).
    """
    rows = []
    for pair, real in zip(poses, frames, strict=True):
        fake = generator.rollout(pair[None])[0]
        rows.append(np.hstack([to_picture(picture[-1]) for picture in (pair, fake, real)]))
    return np.vstack(rows)


@torch.no_grad()
def face_grid(generator: FaceGenerator, poses: Tensor, generated: Tensor, real: Tensor) -> np.ndarray:
    """One row an example: pose crop, the body generator's crop, the same with the residual, real crop.

    poses, generated, real: float (N, 3, S, S) in [-1, 1], on the generator's device. -> uint8 RGB (N * S, 4 * S, 3).
    """
    refined = generated + generator(poses, generated)
    rows = zip(poses, generated, refined, real, strict=True)
    return np.vstack([np.hstack([to_picture(picture) for picture in row]) for row in rows])
