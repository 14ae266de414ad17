"""Feature matching against a sum done by hand."""

import pytest
import torch

from pipeline.losses.feature_matching import feature_matching_loss


def test_value_by_hand_and_logits_left_out():
    real = [[torch.zeros(1, 2, 4, 4), torch.zeros(1, 3, 2, 2), torch.zeros(1, 1, 2, 2)]] * 2
    fake = [
        [torch.full((1, 2, 4, 4), 0.5), torch.full((1, 3, 2, 2), -1.0), torch.full((1, 1, 2, 2), 100.0)],
        [torch.zeros(1, 2, 4, 4), torch.full((1, 3, 2, 2), 2.0), torch.zeros(1, 1, 2, 2)],
    ]
    # two hidden layers, two scales: weight 4 / 2 / 2 = 1 on each layer's mean
    assert feature_matching_loss(real, fake).item() == pytest.approx(0.5 + 1.0 + 2.0)


def test_gradient_reaches_the_generated_maps_only():
    real = torch.zeros(1, 1, 2, 2, requires_grad=True)
    fake = torch.ones(1, 1, 2, 2, requires_grad=True)
    feature_matching_loss([[real, real]], [[fake, fake]]).backward()
    assert real.grad is None
    assert fake.grad.abs().sum() > 0
