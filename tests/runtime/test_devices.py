"""Devices."""

import os
import subprocess
import sys

import pytest
import torch

from pipeline.runtime.devices import autocast, memory_format, pick_device, pick_precision
from pipeline.user.cli import UserError


def test_auto_takes_what_there_is():
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_without_cuda_is_one_clear_sentence():
    with pytest.raises(UserError, match="device is cuda"):
        pick_device("cuda")


@pytest.mark.parametrize(("able", "precision"), [
    ({"amx_bf16": True, "avx512_bf16": True}, "bf16"), ({"amx_bf16": False, "avx512_bf16": True}, "bf16"),
    ({"amx_bf16": False, "avx512_bf16": False}, "fp32"), ({}, "fp32"),
])
def test_auto_precision_is_what_the_processor_multiplies(able, precision, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: able)
    assert pick_precision("auto", torch.device("cpu")) == precision
    assert [pick_precision(name, torch.device("cpu")) for name in ("fp32", "bf16")] == ["fp32", "bf16"]


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("fp32", torch.float32)])
def test_precision_of_convolutions(precision, dtype):
    convolution = torch.nn.Conv2d(1, 1, 1)
    with autocast(torch.device("cpu"), precision):
        assert convolution(torch.zeros(1, 1, 2, 2)).dtype == dtype


def test_the_environment_is_set_before_pytorch_reads_it():
    """A stage imports the package first; what the user has set is left alone."""
    code = "import os, pipeline; print(os.environ['GOMP_SPINCOUNT'])"
    environment = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
    for extra, expected in (({}, "1000"), ({"GOMP_SPINCOUNT": "7"}, "7")):
        result = subprocess.run(
            [sys.executable, "-c", code], env=environment | extra, capture_output=True, text=True, check=True
        )
        assert result.stdout.strip() == expected


def test_freed_memory_is_kept():
    """Once a large block is freed, more than a step at 512x256 frees at its end, the next one needs no new pages."""
    code = (
        "import resource, torch\n"
        "from pathlib import Path\n"
        "from pipeline.runtime.devices import keep_freed_memory\n"
        "keep_freed_memory()\n"
        "resident = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * resource.getpagesize()\n"
        "before = resident(); block = torch.ones(3_000_000_000, dtype=torch.uint8); del block; "
        "print(resident() - before)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(result.stdout) > 2_500_000_000


def test_bfloat16_runs_channels_last():
    assert memory_format("bf16") == torch.channels_last and memory_format("fp32") == torch.contiguous_format
