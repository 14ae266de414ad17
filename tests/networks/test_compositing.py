"""Layers over a plate, against the formula in numbers from 0 to 1; and fading."""

import torch

from pipeline.networks.compositing import Layers, fade


def test_layers_are_mixed_as_light():
    torch.manual_seed(0)
    person, plate = torch.rand(2, 3, 8, 8) * 2 - 1, torch.rand(2, 3, 8, 8) * 2 - 1
    mask, shadow = torch.rand(2, 1, 8, 8), torch.rand(2, 1, 8, 8)
    light = mask * (person + 1) / 2 + (1 - mask) * (1 - shadow) * (plate + 1) / 2
    torch.testing.assert_close(Layers(person, mask, shadow).over(plate), 2 * light - 1)


def test_where_neither_person_nor_shadow_is_the_plate_is_untouched():
    plate, none = torch.rand(1, 3, 8, 8) * 2 - 1, torch.zeros(1, 1, 8, 8)
    torch.testing.assert_close(Layers(torch.zeros(1, 3, 8, 8), none, none).over(plate), plate)


def test_a_fade_falls_to_nothing_at_the_border_and_is_whole_inside():
    window = fade(64, 96, 1 / 8, torch.device("cpu"))
    assert window.shape == (64, 96)
    assert window[0].max() < 0.01 and window[:, -1].max() < 0.01
    assert torch.equal(window[8:-8, 8:-8], torch.ones(48, 80))
    torch.testing.assert_close(window, window.flip(0))
    torch.testing.assert_close(window, window.flip(1))
    assert (window[:9, 32].diff() > 0).all()
