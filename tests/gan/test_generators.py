"""Generators: sizes, conditioning, the feedback that training and rendering share."""

import pytest
import torch

from pipeline.gan.body_generator import BodyGenerator
from pipeline.gan.face_generator import FaceGenerator


def tiny(temporal=True, enhancer_blocks=None):
    torch.manual_seed(0)
    return BodyGenerator(temporal, ngf=4, downsamplings=2, blocks=1, enhancer_blocks=enhancer_blocks)


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
    frames = generator.rollout(poses)
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
    generator.rollout(poses)[:, 1].sum().backward()
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


def test_face_generator_predicts_a_residual_of_the_crops_size():
    residual = FaceGenerator(ngf=4, downsamplings=3, blocks=1)(torch.randn(2, 3, 16, 16), torch.randn(2, 3, 16, 16))
    assert residual.shape == (2, 3, 16, 16)
