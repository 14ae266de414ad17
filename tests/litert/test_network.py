"""The networks themselves: what a wheel holds is what the stage writes, and each says the same of the same picture."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.clips import paths
from pipeline.litert.files import NETWORKS, WHEEL
from pipeline.litert.network import Network
from pipeline.user.cli import UserError

NAMES = [Path(network).name for network in NETWORKS]


def test_the_stage_wrote_all_networks_and_nothing_else():
    assert sorted(file.name for file in paths.DETECTOR.iterdir()) == sorted(NAMES)
    assert WHEEL.file.startswith("mediapipe-0.10.14-")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_picture_gives_the_same_bits(name, capfd):
    first, second = Network(name), Network(name)
    picture = np.random.default_rng(0).random((first.size, first.size, 3)).astype(np.float32)
    said = first(picture)
    for key, tensor in second(picture).items():
        assert tensor.dtype == np.float32 and np.isfinite(tensor).all()
        np.testing.assert_array_equal(tensor, said[key])
    first(np.zeros_like(picture))
    for key, tensor in first(picture).items():  # nothing is left of the picture before
        np.testing.assert_array_equal(tensor, said[key])
    assert capfd.readouterr() == ("", "")


def test_a_missing_network_is_a_user_error(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="iris_landmark.tflite, a network that finds people, is missing"):
        Network("iris_landmark.tflite")
