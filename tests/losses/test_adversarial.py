"""GAN losses against their formulas done by hand in float64."""

import numpy as np
import pytest
import torch

from pipeline.losses.adversarial import discriminator_loss, generator_loss

REAL = np.array([[0.3, -1.2], [2.5, 0.1]])
FAKE = np.array([[-0.4, 0.9], [1.7, -3.0]])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


BY_HAND = {
    "lsgan": (((REAL - 1) ** 2).mean() / 2 + (FAKE**2).mean() / 2, ((FAKE - 1) ** 2).mean()),
    "vanilla": (-np.log(sigmoid(REAL)).mean() - np.log(1 - sigmoid(FAKE)).mean(), -np.log(sigmoid(FAKE)).mean()),
    "hinge": (np.maximum(0, 1 - REAL).mean() + np.maximum(0, 1 + FAKE).mean(), -FAKE.mean()),
    "relativistic": (-np.log(sigmoid(REAL - FAKE)).mean(), -np.log(sigmoid(FAKE - REAL)).mean()),
}


@pytest.mark.parametrize("kind", BY_HAND)
def test_losses_match_the_formula(kind):
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    assert discriminator_loss(kind, real, fake).item() == pytest.approx(BY_HAND[kind][0], rel=1e-12)
    assert generator_loss(kind, real, fake).item() == pytest.approx(BY_HAND[kind][1], rel=1e-12)


@pytest.mark.parametrize("kind", BY_HAND)
def test_the_players_pull_a_fake_logit_in_opposite_directions(kind):
    fake = torch.tensor([0.3], requires_grad=True)
    real = torch.tensor([1.0])
    (d,) = torch.autograd.grad(discriminator_loss(kind, real, fake), fake)
    (g,) = torch.autograd.grad(generator_loss(kind, real, fake), fake)
    assert d > 0 > g


def test_vanilla_stays_finite_at_extreme_logits():
    assert torch.isfinite(discriminator_loss("vanilla", torch.tensor([-1e4]), torch.tensor([1e4])))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="wgan"):
        generator_loss("wgan", torch.zeros(1), torch.zeros(1))
