"""The face generator: a residual that refines the face region of the body generator's output."""

import torch
from torch import Tensor, nn

from pipeline.gan.global_generator import GlobalGenerator


class FaceGenerator(nn.Module):
    """G_f of "Everybody Dance Now", section 4.2: a small global generator on (pose crop, generated crop)."""

    def __init__(self, ngf: int, downsamplings: int, blocks: int) -> None:
        super().__init__()
        self.network = GlobalGenerator(6, ngf, downsamplings, blocks)

    def forward(self, pose: Tensor, generated: Tensor) -> Tensor:
        """pose, generated: float (B, 3, S, S) in [-1, 1] -> the residual r, same shape, in [-1, 1]."""
        return self.network(torch.cat([pose, generated], dim=1))
