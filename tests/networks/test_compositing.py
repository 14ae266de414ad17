"""Layers over a plate, against the formula in numbers from 0 to 1; and fading."""

import torch

from pipeline.networks.compositing import Copied, Layers, fade


def test_layers_are_mixed_as_light():
    torch.manual_seed(0)
    person, plate = torch.rand(2, 3, 8, 8) * 2 - 1, torch.rand(2, 3, 8, 8) * 2 - 1
    mask, shadow = torch.rand(2, 1, 8, 8), torch.rand(2, 1, 8, 8)
    light = mask * (person + 1) / 2 + (1 - mask) * (1 - shadow) * (plate + 1) / 2
    torch.testing.assert_close(Layers(person, mask, shadow).over(plate), 2 * light - 1)


def test_where_neither_person_nor_shadow_is_the_plate_is_untouched():
    plate, none = torch.rand(1, 3, 8, 8) * 2 - 1, torch.zeros(1, 1, 8, 8)
    torch.testing.assert_close(Layers(torch.zeros(1, 3, 8, 8), none, none).over(plate), plate)


def test_a_share_of_the_person_is_copied_from_where_the_flow_says():
    torch.manual_seed(0)
    painted, reference = torch.rand(2, 3, 8, 8) * 2 - 1, torch.rand(2, 4, 8, 8) * 2 - 1
    share, one = torch.rand(2, 1, 8, 8), torch.ones(2, 1, 8, 8)
    flow = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(2, 2, 8, 8)
    frame = Layers(painted, one, torch.zeros_like(one), Copied(share, flow)).over(painted, reference)
    expected = (1 - share) * painted + share * reference[:, :3].roll(-1, dims=3)
    torch.testing.assert_close(frame[..., :-1], expected[..., :-1])


def test_enlarged_layers_show_the_same_but_copy_from_a_larger_reference():
    torch.manual_seed(0)
    ramp = torch.linspace(-1, 1, 16).expand(1, 3, 16, 16)
    one = torch.ones(1, 1, 16, 16)
    flow = torch.full((1, 2, 16, 16), 0.25)
    layers = Layers(ramp, 0.5 * one, 0.2 * one, Copied(one, flow)).enlarged(48, 32)
    assert layers.mask.shape == (1, 1, 48, 32) and torch.allclose(layers.shadow, torch.tensor(0.2))
    torch.testing.assert_close(layers.painted[0, 0, 0].diff()[2:-2], torch.full((27,), 1 / 15))
    torch.testing.assert_close(layers.copied.flow[0, :, 0, 0], torch.tensor([0.5, 0.75]))
    noise = torch.rand(1, 3, 48, 32) * 2 - 1
    sharp = Layers(ramp, one, 0 * one, Copied(one, 0 * flow)).enlarged(48, 32)
    torch.testing.assert_close(sharp.person(noise), noise)


def test_a_part_of_the_layers_shows_that_part():
    torch.manual_seed(0)
    painted, plate, reference = torch.rand(3, 1, 3, 8, 8) * 2 - 1
    mask, shadow, share = torch.rand(3, 1, 1, 8, 8)
    layers = Layers(painted, mask, shadow, Copied(share, torch.zeros(1, 2, 8, 8)))
    rows, columns = slice(1, 5), slice(2, 8)
    part = layers.cut(rows, columns).over(plate[..., rows, columns], reference[..., rows, columns])
    torch.testing.assert_close(part, layers.over(plate, reference)[..., rows, columns])


def test_a_fade_falls_to_nothing_at_the_border_and_is_whole_inside():
    window = fade(64, 96, 1 / 8, torch.device("cpu"))
    assert window.shape == (64, 96)
    assert window[0].max() < 0.01 and window[:, -1].max() < 0.01
    assert torch.equal(window[8:-8, 8:-8], torch.ones(48, 80))
    torch.testing.assert_close(window, window.flip(0))
    torch.testing.assert_close(window, window.flip(1))
    assert (window[:9, 32].diff() > 0).all()
