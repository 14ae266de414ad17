"""R1 and R2: a discriminator's logits should hardly change with small changes of the picture that it judges."""

import torch
from torch import Tensor, nn


def gradient_penalty(discriminator: nn.Module, pictures: Tensor, conditions: int) -> Tensor:
    """Half the squared gradient of a discriminator's logits with respect to the frames that it judges, a scalar.

    R1 of Mescheder et al. 2018 on real frames, R2 on generated ones. discriminator: a :class:`MultiscaleDiscriminator`.
    pictures: float (B, C, H, W), its input; the first ``conditions`` channels are pose pictures, which are not
    penalized. The gradient is that of the sum of all logits of all scales; its square is summed over channels and
    averaged over pixels and examples (the original sums over pixels), so that a weight means the same at every picture
    size. Always in float32, whatever the precision of training: the gradients are small.
    """
    with torch.autocast(pictures.device.type, enabled=False):
        channels = [conditions, pictures.shape[1] - conditions]
        condition, judged = pictures.detach().float().contiguous().split(channels, 1)
        judged = judged.requires_grad_()
        scales = discriminator(torch.cat([condition, judged], dim=1))
        logits = sum(maps[-1].sum() for maps in scales)
        (gradient,) = torch.autograd.grad(logits, judged, create_graph=True)
        return gradient.square().sum(dim=1).mean() / 2
