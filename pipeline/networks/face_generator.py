"""The face generator: a residual that refines the face region of the body generator's output."""

import torch
from torch import Tensor, nn

from pipeline.networks.global_generator import GlobalGenerator

FADE = 1 / 8  # of the crop's size: width of the margin in which the residual fades out


class FaceGenerator(nn.Module):
    """G_f of "Everybody Dance Now" ("Face GAN"): a small global generator on (pose crop, generated crop).

    Arguments: see :class:`BodyGenerator`.
    """

    def __init__(
        self, ngf: int, downsamplings: int, blocks: int, upsampling: str = "transpose", skips: bool = False
    ) -> None:
        super().__init__()
        self.network = GlobalGenerator(6, 3, ngf, downsamplings, blocks, upsampling, skips)

    def forward(self, pose: Tensor, generated: Tensor) -> Tensor:
        """pose, generated: float (B, 3, S, S) in [-1, 1] -> the residual r, same shape, in [-1, 1].

        r fades to 0 towards the crop's border, in training as in rendering, so that no edge shows in the frame.
        generated + r is the refined face; it is not clamped.
        """
        residual = self.network(torch.cat([pose, generated], dim=1))
        return residual * fade(pose.shape[-1], pose.device)


def fade(size: int, device: torch.device) -> Tensor:
    """float32 (size, size): 1 inside, falling to almost 0 at the border along a raised cosine."""
    places = torch.arange(size, device=device)
    from_border = torch.minimum(places, size - 1 - places) + 0.5
    ramp = (1 - torch.cos(torch.pi * (from_border / (FADE * size)).clamp(max=1))) / 2
    return ramp[:, None] * ramp
