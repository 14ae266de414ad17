"""Generators: sizes, conditioning, the feedback that training and rendering share."""

import pytest
import torch

from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator, label_planes
from pipeline.networks.global_generator import GlobalGenerator


def tiny(temporal=True, enhancer_blocks=None, **options):
    torch.manual_seed(0)
    return BodyGenerator(temporal, ngf=4, downsamplings=2, blocks=1, enhancer_blocks=enhancer_blocks, **options)


@pytest.mark.parametrize("enhancer_blocks", [None, 1])
@pytest.mark.parametrize("temporal", [True, False])
def test_output_has_the_pose_pictures_size_and_range(temporal, enhancer_blocks):
    frame = tiny(temporal, enhancer_blocks)(torch.randn(2, 3, 16, 32), None)
    assert frame.shape == (2, 3, 16, 32)
    assert frame.dtype == torch.float32
    assert frame.abs().max() <= 1


def test_rollout_is_the_frame_by_frame_recursion_starting_from_zeros():
    generator = tiny()
    poses = torch.randn(1, 3, 3, 16, 16)
    frames, _ = generator.rollout(poses)
    previous = torch.zeros(1, 3, 16, 16)
    for t in range(3):
        previous = generator.network(torch.cat([poses[:, t], previous], 1))
        torch.testing.assert_close(frames[:, t], previous)


def test_the_previous_frame_matters_only_with_temporal_smoothing():
    pose, previous = torch.randn(1, 3, 16, 16), torch.randn(1, 3, 16, 16)
    assert not torch.allclose(tiny()(pose, previous), tiny()(pose, None))
    torch.testing.assert_close(tiny(temporal=False)(pose, previous), tiny(temporal=False)(pose, None))


def test_gradients_flow_through_the_fed_back_frame():
    generator = tiny()
    poses = torch.randn(1, 2, 3, 16, 16, requires_grad=True)
    generator.rollout(poses)[0][:, 1].sum().backward()
    assert poses.grad[:, 0].abs().sum() > 0


def test_the_enhancer_starts_from_the_coarse_generators_features_and_can_freeze_them():
    coarse, fine = tiny(), tiny(enhancer_blocks=1)
    for parameter in coarse.parameters():
        torch.nn.init.normal_(parameter)
    fine.start_from(coarse)
    x = torch.randn(1, 6, 8, 8)
    torch.testing.assert_close(fine.network.global_features(x), coarse.network.features(x))
    fine.freeze_global(True)
    fine(torch.randn(1, 3, 16, 16), None).sum().backward()
    assert all(p.grad is None for p in fine.network.global_features.parameters())
    assert all(p.grad is not None for p in fine.network.encode.parameters())
    fine.freeze_global(False)
    assert all(p.requires_grad for p in fine.parameters())


@pytest.mark.parametrize("enhancer_blocks", [None, 1])
def test_upsampling_changes_neither_sizes_nor_what_the_enhancer_takes_over(enhancer_blocks):
    coarse = BodyGenerator(True, 4, 2, 1, None, upsampling="resize")
    fine = BodyGenerator(True, 4, 2, 1, enhancer_blocks, upsampling="resize")
    assert not any(isinstance(module, torch.nn.ConvTranspose2d) for module in fine.modules())
    if enhancer_blocks:
        fine.start_from(coarse)
    assert fine(torch.randn(1, 3, 16, 32), None).shape == (1, 3, 16, 32)


def dependence_with_silent_stages_from(level, skips):
    """How much a generator's features depend on its input if what its way down gives from ``level`` on is constant."""
    torch.manual_seed(0)
    network = GlobalGenerator(3, 3, 4, 4, 1, skips=skips)
    for stage in network.features.encode[level:]:
        torch.nn.init.zeros_(stage[0].weight)
    return (network.features(torch.randn(1, 3, 32, 32)) - network.features(torch.randn(1, 3, 32, 32))).abs().max()


def test_skips_pass_by_the_smallest_maps_but_let_nothing_finer_than_a_quarter_through():
    assert dependence_with_silent_stages_from(4, skips=False) == 0
    assert dependence_with_silent_stages_from(4, skips=True) > 0.01
    assert dependence_with_silent_stages_from(3, skips=True) > 0.01
    assert dependence_with_silent_stages_from(2, skips=True) == 0


def test_skips_have_no_weights_and_none_to_add_with_two_halvings():
    plain, skipping = (BodyGenerator(True, 4, 2, 1, None, skips=skips) for skips in (False, True))
    skipping.load_state_dict(plain.state_dict())
    pose = torch.randn(1, 3, 16, 16)
    assert torch.equal(plain(pose, None), skipping(pose, None))


@pytest.mark.parametrize("enhancer_blocks", [None, 1])
def test_layers_are_composited_over_the_plate_they_are_given(enhancer_blocks):
    generator = tiny(enhancer_blocks=enhancer_blocks, layered=True)
    pose, plate = torch.randn(2, 3, 32, 64), torch.rand(2, 3, 32, 64) * 2 - 1
    layers = generator.layers(pose, None)
    assert layers.painted.shape == (2, 3, 32, 64) and layers.mask.shape == layers.shadow.shape == (2, 1, 32, 64)
    assert 0 <= layers.mask.min() and layers.mask.max() <= 1
    assert 0 <= layers.shadow.min() and layers.shadow.max() < 1
    torch.testing.assert_close(generator(pose, None, plate), layers.over(plate))


def test_where_mask_and_shadow_are_closed_the_background_shows_untouched():
    generator = tiny(layered=True)
    torch.nn.init.constant_(generator.network.to_output.bias, -100.0)
    plate = torch.rand(1, 3, 16, 16) * 2 - 1
    torch.testing.assert_close(generator(torch.randn(1, 3, 16, 16), None, plate), plate)


def test_a_new_generator_shows_its_person_and_hardly_a_shadow():
    layers = tiny(layered=True).layers(torch.randn(1, 3, 32, 32), None)
    assert layers.mask.mean() > 0.7
    assert 0 < layers.shadow.mean() < 0.1


def test_with_borders_nothing_is_laid_over_the_pictures_edge():
    layers = tiny(layered=True, borders=True).layers(torch.randn(1, 3, 96, 96), None)
    for layer in (layers.mask, layers.shadow):
        assert layer[..., 0, :].max() < 0.05 and layer[..., -1].max() < 0.05
    assert layers.mask[..., 8:-8, 8:-8].min() > 0.3


def test_references_are_copied_where_they_are_valid_and_seen_by_the_network():
    generator = tiny(layered=True, references=True)
    pose, plate = torch.randn(1, 3, 32, 32), torch.rand(1, 3, 32, 32) * 2 - 1
    reference = torch.rand(1, 5, 32, 32) * 2 - 1
    layers = generator.layers(pose, None, reference)
    share, flow = layers.copied
    assert share.shape == (1, 1, 32, 32) and flow.shape == (1, 2, 32, 32) and flow.abs().max() <= 1
    assert 0 < share.min() and share.max() < 1 and (share > 0.5).float().mean() > 0.9
    torch.testing.assert_close(generator(pose, None, plate, reference), layers.over(plate, reference))
    frames, _ = generator.rollout(pose[:, None], plate, reference[:, None])
    torch.testing.assert_close(frames[:, 0], layers.over(plate, reference))
    for channel in (3, 4):
        changed = reference.clone()
        changed[:, channel] = -1
        nothing = generator.layers(pose, None, changed)
        torch.testing.assert_close(nothing.person(changed), nothing.painted)
        assert not torch.allclose(nothing.painted, layers.painted)


def test_face_generator_predicts_a_residual_of_the_crops_size():
    pose, generated = torch.randn(2, 2, 3, 64, 64)
    labels = label_planes(torch.tensor([True, False]), pose)
    assert labels.shape == (2, 1, 64, 64) and (labels[0] == 1).all() and (labels[1] == -1).all()
    torch.manual_seed(0)
    generator = FaceGenerator(ngf=4, downsamplings=3, blocks=1)
    residual = generator(pose, generated, labels)
    assert residual.shape == (2, 3, 64, 64)
    assert residual[:, :, 0].abs().max() < 0.02  # it fades out at the border
    assert not torch.allclose(residual, generator(pose, generated, -labels))
