"""Sample grids: what the face generator makes of a few crops, always the same, as training goes on."""

import numpy as np
import torch
from torch import Tensor

from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import to_picture


@torch.no_grad()
def face_grid(generator: FaceGenerator, poses: Tensor, generated: Tensor, real: Tensor, label: Tensor) -> np.ndarray:
    """One row per example: pose crop, the body generator's crop, the same with the residual added, real crop.

    poses, generated, real: float (N, 3, S, S) in [-1, 1], label: (N, 1, S, S), on the generator's device.
    -> uint8 RGB (N * S, 4 * S, 3).
    """
    refined = generated + generator(poses, generated, label)
    rows = zip(poses, generated, refined, real, strict=True)
    return np.vstack([np.hstack([to_picture(picture) for picture in row]) for row in rows])
