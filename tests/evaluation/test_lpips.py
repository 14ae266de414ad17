import warnings
from functools import cache
from pathlib import Path

import cv2
import lpips as package
import numpy as np
import pytest
import torch
from skimage.data import astronaut
from torchvision import models

from pipeline.evaluation.lpips import PACKAGED, Lpips
from pipeline.evaluation.shift_tolerant import BlurredHalving, ShiftTolerantAlexNet
from pipeline.losses.efficientnet import EfficientNetLite0
from pipeline.user.cli import UserError

CPU = torch.device("cpu")
BUILDERS = {"alex": models.alexnet, "vgg": models.vgg16, "squeeze": models.squeezenet1_1}


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    """net -> a file of random weights in torchvision's own format, and the features they belong to.

    The classifiers are left out: VGG16's alone are half a gigabyte, and LPIPS never reads them.
    """
    made = {}

    def make(net):
        if net not in made:
            torch.manual_seed(0)
            with torch.device("meta"):
                network = BUILDERS[net](weights=None)
            features = network.features.to_empty(device="cpu")
            for parameter in features.parameters():
                torch.nn.init.normal_(parameter, std=(2 / parameter[0].numel()) ** 0.5)
            path = tmp_path_factory.mktemp("weights") / f"{net}.pth"
            torch.save({f"features.{name}": value for name, value in features.state_dict().items()}, path)
            made[net] = path, features
        return made[net]

    return make


@pytest.fixture(scope="module")
def load(backbone):
    """net -> its distance, loaded once, over random weights if they do not come with the installation."""
    return cache(lambda net: Lpips(net, backbone(net)[0] if net in BUILDERS else None, CPU))


def pictures():
    """Two batches of two pictures, the second one noisier and noisier."""
    a = np.stack([astronaut()[:64, 200:280], astronaut()[100:164, 150:230]])
    noise = np.random.default_rng(0).normal(0, 1, a.shape) * np.array([10, 60]).reshape(2, 1, 1, 1)
    return a, np.clip(a + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("net", BUILDERS)
def test_is_the_lpips_package_on_the_given_backbone(net, backbone):
    """The package's own module, the features copied layer by layer instead of by their names in a file."""
    path, features = backbone(net)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = package.LPIPS(net=net, pnet_rand=True, verbose=False)
    slices = [
        layer for name, part in reference.net.named_children() if name.startswith("slice") for layer in part
    ]
    for ours, theirs in zip(slices, features, strict=False):  # the package leaves out a last pooling
        ours.load_state_dict(theirs.state_dict())
    a, b = pictures()
    ta, tb = (torch.from_numpy(x / 255.0).permute(0, 3, 1, 2).float() for x in (a, b))
    with torch.no_grad():
        expected = reference(ta, tb, normalize=True).flatten().numpy()

    distance = Lpips(net, path, CPU)

    assert distance.name == f"lpips_{net}"
    np.testing.assert_allclose(distance(a, b), expected, rtol=1e-4)
    assert expected.min() > 1e-3


def test_efficientnet_form_is_what_its_docstring_says(load):
    a, b = pictures()
    network = EfficientNetLite0()
    total = np.zeros(2)
    with torch.no_grad():
        features = [network(torch.from_numpy(x).permute(0, 3, 1, 2) / 127.5 - 1) for x in (a, b)]
    for layer_a, layer_b in zip(*features, strict=True):
        x, y = (layer.double().numpy() for layer in (layer_a, layer_b))
        x, y = (layer / np.sqrt((layer**2).sum(axis=1, keepdims=True)) for layer in (x, y))
        total += ((x - y) ** 2).sum(axis=1).mean(axis=(1, 2))
    efficientnet = load("efficientnet_lite0")
    np.testing.assert_allclose(efficientnet(a, b), total, rtol=1e-4)
    assert efficientnet.name == "lpips_efficientnet_lite0"


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(64, 80, (0.07650844, 0.704917652)), (57, 63, (0.071814445, 0.688175236)), (24, 24, (0.118791904, 0.571638403))],
)
def test_shift_tolerant_distances_are_the_packages_own(load, height, width, expected):
    """What stlpips-pytorch 0.0.2 computed in float64; it is not run here, as it imports what is not installed."""
    distance = load("stlpips_alex")
    a, b = (picture[:, :height, :width] for picture in pictures())
    np.testing.assert_allclose(distance(a, b), expected, rtol=1e-5)
    assert distance.name == "stlpips_alex"


def test_shift_tolerant_network_is_what_its_docstring_says():
    network = ShiftTolerantAlexNet()
    maps = network(torch.rand(2, 3, 64, 48) * 2 - 1)
    assert [tuple(layer.shape[1:]) for layer in maps] == [
        (64, 30, 22), (192, 15, 11), (384, 8, 6), (256, 8, 6), (256, 8, 6)
    ]  # fmt: skip
    assert [len(weights) for weights in network.channels] == [layer.shape[1] for layer in maps]
    assert all((weights >= 0).all() for weights in network.channels)
    assert all(layer.isfinite().all() for layer in network(torch.zeros(1, 3, 21, 21)))


def test_halving_blurs_as_a_separable_filter_over_reflected_edges():
    picture = np.random.default_rng(0).random((9, 12))
    halved = BlurredHalving(1).double()(torch.from_numpy(picture)[None, None])[0, 0]
    padded = np.pad(picture, 2, mode="reflect")
    blurred = sum(np.outer((1, 2, 1), (1, 2, 1))[y, x] * padded[y : y + 11, x : x + 14]
                  for y in range(3) for x in range(3)) / 16  # fmt: skip
    np.testing.assert_allclose(halved, blurred[::2, ::2], rtol=1e-12)


def test_the_shift_tolerant_distance_forgives_a_shift_and_not_a_blur(load):
    """A pixel's shift changes more pixels, and more strongly, than the blur that people find far worse."""
    picture = astronaut()[:128, 160:288]
    shifted, blurred = np.roll(picture, 1, axis=1), cv2.GaussianBlur(picture, (0, 0), 1.5)
    assert np.square(shifted - picture.astype(float)).mean() > np.square(blurred - picture.astype(float)).mean()
    shift, blur = load("stlpips_alex")(np.stack([picture] * 2), np.stack([shifted, blurred]))
    assert 0 < 5 * shift < blur


@pytest.mark.parametrize("net", [*PACKAGED, "alex"])
def test_is_zero_for_equal_pictures_symmetric_and_grows_with_noise(net, load):
    distance = load(net)
    a, b = pictures()
    np.testing.assert_array_equal(distance(a, a), 0)
    np.testing.assert_allclose(distance(a, b), distance(b, a), rtol=1e-5)
    assert (distance(a, b) > 0).all()
    noise = np.random.default_rng(1).normal(0, 1, a.shape)
    values = [distance(a, np.clip(a + s * noise, 0, 255).astype(np.uint8))[0] for s in (2, 10, 50)]
    assert values == sorted(values)


@pytest.mark.parametrize("net", PACKAGED)
def test_a_batch_is_the_pictures_one_by_one(net, load):
    distance = load(net)
    a, b = pictures()
    alone = [distance(a[i : i + 1], b[i : i + 1])[0] for i in range(2)]
    np.testing.assert_allclose(distance(a, b), alone, rtol=1e-4)


@pytest.mark.parametrize("net", ["squeeze", "alex", *PACKAGED])
def test_takes_pictures_down_to_its_smallest_and_refuses_smaller_ones(net, load):
    distance = load(net)
    a, b = (picture[:, : distance.smallest] for picture in pictures())
    assert np.isfinite(distance(a, b)).all() and (distance(a, b) > 0).all()
    with pytest.raises(ValueError, match=f"{distance.smallest} px"):
        distance(a[:, 1:], b[:, 1:])


def test_says_which_file_is_missing_and_what_to_do(tmp_path, monkeypatch):
    """Nothing in torch's cache and no network: one sentence names the file, its address and the parameter."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    with pytest.raises(UserError) as error:
        Lpips("alex", None, CPU)
    message = str(error.value)
    assert str(tmp_path / "hub/checkpoints/alexnet-owt-7be5be79.pth") in message
    assert "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth" in message
    assert "evaluate.lpips_weights" in message and "\n" not in message
    assert not list(tmp_path.rglob("*.pth*"))


def test_finds_the_file_in_torch_home(tmp_path, monkeypatch, backbone):
    path, _ = backbone("squeeze")
    cached = tmp_path / "hub/checkpoints/squeezenet1_1-b8a52dc0.pth"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(path.read_bytes())
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    a, b = pictures()
    np.testing.assert_array_equal(Lpips("squeeze", None, CPU)(a, b), Lpips("squeeze", path, CPU)(a, b))


def test_refuses_a_missing_file():
    with pytest.raises(UserError, match="nowhere.pth.*evaluate.lpips_weights.*is missing"):
        Lpips("alex", Path("nowhere.pth"), CPU)


def test_refuses_weights_of_another_network(backbone):
    with pytest.raises(UserError, match="another network.*alexnet-owt"):
        Lpips("alex", backbone("squeeze")[0], CPU)


def test_never_runs_code_from_a_weight_file(tmp_path):
    class Payload:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    torch.save(Payload(), tmp_path / "evil.pth")
    with pytest.raises(UserError):
        Lpips("alex", tmp_path / "evil.pth", CPU)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("net", ["squeeze", *PACKAGED])
def test_features_kept_and_compared_with_several_give_the_same_distances(net, load):
    distance = load(net)
    a, b = pictures()
    one, several = distance.features(a[:1]), distance.features(b)
    np.testing.assert_allclose(distance.distance(one, several), distance(np.stack([a[0], a[0]]), b), rtol=1e-4)
