"""Sampling along a flow: whole pixels, halves, borders, gradients."""

import torch

from pipeline.networks.displacement import displaced


def constant(x, y, height, width):
    return torch.tensor([x, y]).view(1, 2, 1, 1).expand(1, 2, height, width)


def test_no_flow_changes_nothing():
    picture = torch.rand(2, 3, 5, 9)
    torch.testing.assert_close(displaced(picture, torch.zeros(2, 2, 5, 9)), picture)


def test_whole_pixels_are_moved_and_halves_are_means_of_two():
    picture = torch.rand(1, 3, 8, 12)
    moved = displaced(picture, constant(2.0, -1.0, 8, 12))
    torch.testing.assert_close(moved[..., 1:, :10], picture[..., :-1, 2:])
    between = displaced(picture, constant(0.5, 0.0, 8, 12))
    torch.testing.assert_close(between[..., :-1], (picture[..., :-1] + picture[..., 1:]) / 2)


def test_beyond_the_border_its_pixels_go_on():
    picture = torch.rand(1, 1, 4, 4)
    torch.testing.assert_close(displaced(picture, constant(9.0, 0.0, 4, 4)), picture[..., 3:].expand(1, 1, 4, 4))


def test_the_flows_gradient_is_that_of_finite_differences():
    torch.manual_seed(0)
    picture, flow = torch.rand(1, 2, 6, 6), torch.rand(1, 2, 6, 6) * 0.6 + 0.2
    flow.requires_grad_(True)
    displaced(picture, flow).pow(2).sum().backward()
    step = torch.zeros_like(flow)
    step[0, 1, 2, 3] = 1e-2
    with torch.no_grad():
        up, down = (displaced(picture, flow + sign * step).pow(2).sum() for sign in (1, -1))
    torch.testing.assert_close(flow.grad[0, 1, 2, 3], (up - down) / 2e-2, rtol=1e-2, atol=1e-3)
