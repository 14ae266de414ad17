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
    painted, reference = torch.rand(2, 3, 8, 8) * 2 - 1, torch.rand(2, 5, 8, 8) * 2 - 1
    share, one = torch.rand(2, 1, 8, 8), torch.ones(2, 1, 8, 8)
    flow = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1).expand(2, 2, 8, 8)
    frame = Layers(painted, one, torch.zeros_like(one), Copied(share, flow)).over(painted, reference)
    moved = reference.roll(-1, dims=3)
    share = share * torch.minimum(moved[:, 3:4] + 1, one) * (moved[:, 4:] / 2 + 0.5)
    expected = (1 - share) * painted + share * moved[:, :3]
    torch.testing.assert_close(frame[..., :-1], expected[..., :-1])


def close_reference(height, width, person=1.0, valid=1.0):
    colours = torch.rand(1, 3, height, width) * 2 - 1
    shares = [torch.broadcast_to(torch.as_tensor(2.0 * each - 1), (1, 1, height, width)) for each in (person, valid)]
    return torch.cat([colours, *shares], dim=1)


def test_seen_close_layers_show_the_same_with_the_details_of_a_larger_reference():
    torch.manual_seed(0)
    ramp, one = torch.linspace(-1, 1, 16).expand(1, 3, 16, 16), torch.ones(1, 1, 16, 16)
    layers = Layers(ramp, 0.5 * one, 0.2 * one, Copied(one, 0 * one.expand(1, 2, 16, 16)))
    unlike = layers.seen_close(close_reference(48, 32, valid=0.0))
    for layer, value in ((unlike.mask, 0.5), (unlike.shadow, 0.2)):
        torch.testing.assert_close(layer, torch.full((1, 1, 48, 32), value))
    torch.testing.assert_close(unlike.painted[0, 0, 0].diff()[2:-2], torch.full((27,), 1 / 15))
    assert unlike.copied is None
    reference = close_reference(48, 32)
    torch.testing.assert_close(layers.seen_close(reference).painted, reference[:, :3])
    moved = layers._replace(copied=Copied(one, torch.full((1, 2, 16, 16), 0.5))).seen_close(reference)
    torch.testing.assert_close(moved.painted[0, :, 8, 8], reference[0, :3, 9:11, 9].mean(dim=1))


def test_the_outline_is_the_references_where_the_mask_may_be_wrong_and_else_the_masks():
    mask = (torch.arange(16) < 8).float().expand(1, 1, 16, 16)  # the person is on the left, up to px 32 of 64
    none = torch.zeros(1, 1, 16, 16)
    layers = Layers(torch.zeros(1, 3, 16, 16), mask, none, Copied(none, torch.zeros(1, 2, 16, 16)))
    columns = torch.arange(64)

    def outline(person, valid=1.0):
        return layers.seen_close(close_reference(64, 64, person.float(), valid)).mask[0, 0, 30]

    for edge in (28, 36):  # a px of the mask more or less
        assert torch.equal(outline(columns < edge), (columns < edge).float())
    holes = outline(columns < 0)  # clothes that look as the plate behind them do not open the person
    assert (holes[:20] == 1).all() and (holes[30:] == 0).all()
    beside = outline(columns >= 0)  # nor does what differs from the plate far beside add to it
    assert (beside[:34] == 1).all() and (beside[44:] == 0).all()
    for soft in (outline(columns < 28, valid=0.0), outline(0.5 + 0 * columns)):  # not told, or it may be a shadow
        assert soft[26] == 1 and 0 < soft[32] < 1


def test_a_part_of_the_layers_shows_that_part():
    torch.manual_seed(0)
    painted, plate = torch.rand(2, 1, 3, 8, 8) * 2 - 1
    reference = torch.rand(1, 5, 8, 8) * 2 - 1
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
