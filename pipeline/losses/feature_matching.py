"""Feature matching: generated pictures should excite the discriminator's layers as real ones do."""

from typing import cast

from torch import Tensor

from pipeline.losses.l1 import l1


def feature_matching_loss(real: list[list[Tensor]], fake: list[list[Tensor]]) -> Tensor:
    """L_FM of "Everybody Dance Now": the mean absolute difference of every layer but the logits.

    real, fake: for each scale the discriminator's maps, logits last. Layers are weighted 4 / (layers + 1) and
    averaged over scales, as the released code does. No gradient flows into ``real``.
    """
    total: Tensor | float = 0.0
    for real_maps, fake_maps in zip(real, fake, strict=True):
        hidden = len(real_maps) - 1
        weight = 4.0 / hidden / len(real)
        for real_map, fake_map in zip(real_maps[:hidden], fake_maps[:hidden], strict=True):
            total = total + weight * l1(fake_map, real_map)
    return cast(Tensor, total)
