"""Perceptual loss: zero for equal pictures, growing with damage, frozen weights, a clear word on missing ones."""

from pathlib import Path

import pytest
import torch
from torchvision.models import vgg19

from pipeline.losses.perceptual import PerceptualLoss
from pipeline.user.cli import UserError


@pytest.fixture(scope="module")
def vgg_file(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "vgg19.pth"
    torch.save(vgg19(weights=None).state_dict(), path)
    return path


@pytest.mark.parametrize("network", ["efficientnet_lite0", "vgg19"])
def test_a_checkerboard_of_single_pixels_costs_as_much_as_a_constant_of_that_amount(network, vgg_file):
    loss = PerceptualLoss(network, vgg_file if network == "vgg19" else None)
    picture = torch.zeros(1, 3, 64, 64)
    checkerboard = 0.2 * (torch.arange(64)[:, None] + torch.arange(64) & 1).mul(2).sub(1).expand(1, 3, 64, 64)
    assert loss(checkerboard, picture) > 0.5 * loss(picture + 0.2, picture)


@pytest.mark.parametrize("network", ["efficientnet_lite0", "vgg19"])
def test_zero_for_equal_pictures_and_growing_with_damage(network, vgg_file):
    loss = PerceptualLoss(network, vgg_file if network == "vgg19" else None)
    torch.manual_seed(1)
    picture = torch.rand(1, 3, 64, 64) * 2 - 1
    noise = torch.randn_like(picture)
    values = [loss((picture + amount * noise).clamp(-1, 1), picture).item() for amount in (0.0, 0.05, 0.3)]
    assert values[0] == 0
    assert 0 < values[1] < values[2]


def test_gradient_reaches_the_fake_and_neither_the_real_nor_the_network():
    loss = PerceptualLoss("efficientnet_lite0", None).train()
    fake = torch.zeros(1, 3, 32, 32, requires_grad=True)
    real = torch.rand(1, 3, 32, 32, requires_grad=True)
    before = {name: tensor.clone() for name, tensor in loss.state_dict().items()}
    loss(fake, real).backward()
    assert fake.grad.abs().sum() > 0
    assert real.grad is None
    assert all(parameter.grad is None for parameter in loss.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in loss.state_dict().items())


def test_no_pixel_counts_more_than_its_neighbours_on_average():
    """The gradient's size by the pixel's place in a grid of 4, which strided convolutions make uneven."""
    loss = PerceptualLoss("efficientnet_lite0", None)
    torch.manual_seed(0)
    real = torch.rand(1, 3, 64, 64) - 0.5

    def unevenness(draws):
        sizes = torch.zeros(64, 64)
        for _ in range(draws):
            fake = (real + 0.1 * torch.randn_like(real)).requires_grad_()
            loss(fake, real).backward()
            sizes += fake.grad.square().sum(dim=(0, 1))
        by_place = sizes.view(16, 4, 16, 4).mean(dim=(0, 2))
        return by_place.std() / by_place.mean()

    moving = unevenness(32)
    loss.moves = False
    assert moving < 0.5 * unevenness(32)


def test_the_same_random_state_gives_the_same_loss_and_vgg19_draws_nothing(vgg_file):
    fake, real = torch.rand(2, 1, 3, 32, 32)
    for network, draws in (("efficientnet_lite0", True), ("vgg19", False)):
        loss = PerceptualLoss(network, vgg_file if network == "vgg19" else None)
        torch.manual_seed(3)
        before, values = torch.get_rng_state(), [loss(fake, real)]
        assert torch.equal(torch.get_rng_state(), before) != draws
        values.append(loss(fake, real))
        assert torch.equal(*values) != draws
        torch.manual_seed(3)
        assert torch.equal(loss(fake, real), values[0])


def test_a_missing_weight_file_is_one_clear_sentence(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.pth.*train\.perceptual_weights.*missing"):
        PerceptualLoss("vgg19", tmp_path / "nowhere.pth")


def test_a_pickle_that_would_run_code_is_refused(tmp_path):
    path = tmp_path / "evil.pth"
    torch.save({"path": Path("x")}, path)  # any class beyond tensors must be refused by weights_only
    with pytest.raises(UserError, match="no readable weights"):
        PerceptualLoss("vgg19", path)


def test_weights_that_cannot_be_downloaded_are_one_clear_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing listens there
    with pytest.raises(UserError, match=r"vgg19-dcbb9e9d\.pth.*could not be downloaded.*fetch https://"):
        PerceptualLoss("vgg19", None)
