"""R1 and R2: a discriminator should be flat around the pictures that it judges."""

import torch
from torch import Tensor, nn


def gradient_penalty(discriminator: nn.Module, pictures: Tensor, conditions: int) -> Tensor:
    """Half the squared gradient of a discriminator's logits with respect to a picture, a scalar.

    R1 of Mescheder et al. 2018 on real pictures, R2 on generated ones. pictures: float (B, C, H, W), what the
    discriminator sees; its first ``conditions`` channels are pose pictures, with respect to which there is no penalty.
    A pixel's gradient is that of all logits that see it; its square is summed over channels and averaged over pixels
    and pictures, so that a weight means the same at every size. In float32 always: small differences are what counts.
    """
    with torch.autocast(pictures.device.type, enabled=False):
        channels = [conditions, pictures.shape[1] - conditions]
        condition, judged = pictures.detach().float().contiguous().split(channels, 1)
        judged = judged.requires_grad_()
        scales = discriminator(torch.cat([condition, judged], dim=1))
        logits = sum(maps[-1].sum() for maps in scales)
        (gradient,) = torch.autograd.grad(logits, judged, create_graph=True)
        return gradient.square().sum(dim=1).mean() / 2
