"""Feature matching: generated pictures should give the discriminator's layers the same features as real ones."""

from typing import cast

from torch import Tensor

from pipeline.losses.l1 import l1


def feature_matching_loss(real: list[list[Tensor]], fake: list[list[Tensor]]) -> Tensor:
    """L_FM of "Everybody Dance Now": the mean absolute difference of the feature maps of every layer but the last.

    real, fake: for each scale the discriminator's feature maps, logits last. Per scale the layers are summed and
    multiplied by 4 / (their number), then averaged over scales, as in the released code. -> a scalar. No gradient flows
    into ``real``.
    """
    total: Tensor | float = 0.0
    for real_maps, fake_maps in zip(real, fake, strict=True):
        hidden = len(real_maps) - 1
        weight = 4.0 / hidden / len(real)
        for real_map, fake_map in zip(real_maps[:hidden], fake_maps[:hidden], strict=True):
            total = total + weight * l1(fake_map, real_map)
    return cast(Tensor, total)
