"""Discriminators: a pyramid of patch logits."""

import torch

from pipeline.networks.discriminator import MultiscaleDiscriminator, PatchDiscriminator


def test_each_scale_gives_all_its_layers_and_one_logit_a_patch():
    outputs = MultiscaleDiscriminator(6, ndf=4, layers=3, scales=3)(torch.randn(2, 6, 64, 32))
    assert len(outputs) == 3
    for maps in outputs:
        assert len(maps) == 5  # 3 strided or last hidden layers, one unstrided, the logits
        assert maps[-1].shape[:2] == (2, 1)
    assert outputs[0][0].shape[2] > outputs[1][0].shape[2] > outputs[2][0].shape[2]


def test_a_logit_sees_a_patch_and_not_the_whole_picture():
    # instance norm looks at whole maps, so only a discriminator without it shows the receptive field: 1 strided layer
    torch.manual_seed(0)
    network = PatchDiscriminator(3, ndf=4, layers=1)
    stages = [stage[0] for stage in network.stages]
    x = torch.zeros(1, 3, 64, 64, requires_grad=True)
    logits = x
    for convolution in stages:
        logits = convolution(logits)
    logits[0, 0, 16, 16].backward()
    touched = x.grad.abs().sum((0, 1)).nonzero()
    assert (touched.max(0).values - touched.min(0).values + 1).tolist() == [16, 16]  # PatchGAN of one layer: 16 x 16


def test_constant_pictures_stay_constant_down_the_pyramid():
    # average pooling must not darken borders: count_include_pad would
    discriminator = MultiscaleDiscriminator(1, ndf=2, layers=1, scales=2)
    seen = []
    discriminator.scales[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    discriminator(torch.full((1, 1, 16, 16), 0.7))
    torch.testing.assert_close(seen[0], torch.full((1, 1, 8, 8), 0.7))
