"""Devices."""

import pytest
import torch

from pipeline.cli import UserError
from pipeline.devices import autocast, pick_device


def test_auto_takes_what_there_is():
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_without_cuda_is_one_clear_sentence():
    with pytest.raises(UserError, match="device is cuda"):
        pick_device("cuda")


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_precision_of_convolutions(precision, dtype):
    convolution = torch.nn.Conv2d(1, 1, 1)
    with autocast(torch.device("cpu"), precision):
        assert convolution(torch.zeros(1, 1, 2, 2)).dtype == dtype
