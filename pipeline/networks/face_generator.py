"""The face generator: a residual that refines small parts of the body generator's output, the face and the hands."""

import torch
from torch import Tensor, nn

from pipeline.networks.compositing import fade
from pipeline.networks.global_generator import GlobalGenerator

FADE = 1 / 8  # of the crop's size: width of the margin in which the residual fades out


class FaceGenerator(nn.Module):
    """G_f of "Everybody Dance Now" ("Face GAN"): a small global generator on (pose crop, generated crop, label).

    One network for all parts, told apart by the label, so that it has more to learn from. Arguments: see
    :class:`BodyGenerator`.
    """

    def __init__(
        self, ngf: int, downsamplings: int, blocks: int, upsampling: str = "transpose", skips: bool = False
    ) -> None:
        super().__init__()
        self.network = GlobalGenerator(7, 3, ngf, downsamplings, blocks, upsampling, skips)

    def forward(self, pose: Tensor, generated: Tensor, label: Tensor) -> Tensor:
        """pose, generated: float (B, 3, S, S) in [-1, 1], label: (B, 1, S, S), see :func:`label_planes`.

        -> the residual r, float (B, 3, S, S) in [-1, 1]. It fades to 0 towards the crop's border, in training as in
        rendering, so that no edge shows in the frame. generated + r is the refined part; it is not clamped.
        """
        residual = self.network(torch.cat([pose, generated, label], dim=1))
        return residual * fade(pose.shape[2], pose.shape[3], FADE, pose.device)


def label_planes(hand: Tensor, like: Tensor) -> Tensor:
    """What tells the network a hand, 1, from a face, -1: from bool (B,) to float (B, 1, S, S), the size of ``like``."""
    values = torch.where(hand, 1.0, -1.0).to(like.device)
    return values[:, None, None, None].expand(-1, 1, *like.shape[2:])
