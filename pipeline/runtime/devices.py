"""Where networks run, and running them the same way twice."""

import ctypes
import os
import platform

import torch

from pipeline.user.cli import UserError

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's mallopt


def pick_device(name: str) -> torch.device:
    """The device that ``device`` of ``params.yaml`` means: ``auto`` takes CUDA if there is one; ``mps``,
    a Mac's, only who asks for it gets.

    Of several processes that train together on this machine each has a GPU of its own.

    Raises UserError if what was asked for is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there[name]:
        raise UserError(f"device is {name} in params.yaml, but PyTorch sees no such device; use auto or cpu")
    return torch.device(name, int(os.environ.get("LOCAL_RANK", 0))) if name == "cuda" else torch.device(name)


def make_repeatable(seed: int) -> None:
    """Seed PyTorch and choose deterministic kernels (the CPU's always are): the same run gives the same bytes."""
    torch.manual_seed(seed)
    if torch.cuda.is_available():
        torch.backends.cudnn.benchmark = False
        torch.use_deterministic_algorithms(True, warn_only=True)
        # otherwise deterministic mode also fills every new tensor, which costs time and changes nothing here
        # torch adds this property to the module at run time, where mypy does not see it
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def keep_freed_memory() -> None:
    """Let the C library keep what PyTorch frees on the CPU instead of returning it to the system after every tensor.

    The system hands returned pages out again one by one and filled with zeros; a training step at 512x256 takes up to a
    fifth less time without that. Only glibc has the settings; elsewhere nothing changes.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(TRIM_THRESHOLD, -1)  # never
        libc.mallopt(MMAP_MAX, 0)  # no tensor in pages of its own, which would be returned with it


def pick_precision(name: str, device: torch.device) -> str:
    """The precision, ``fp32`` or ``bf16``, that ``train.precision`` of ``params.yaml`` means on ``device``.

    ``auto`` takes bfloat16 where the hardware multiplies it: a GPU from NVIDIA's Ampere on,
    a CPU with AMX or AVX512-BF16.
    """
    if name != "auto":
        return name
    if device.type == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    able = torch.cpu.get_capabilities()
    return "bf16" if able.get("amx_bf16") or able.get("avx512_bf16") else "fp32"


def memory_format(precision: str) -> torch.memory_format:
    """In which order convolutions want their tensors.

    Channels last in bfloat16, where it makes a step 1.4 times as fast.
    """
    return torch.channels_last if precision == "bf16" else torch.contiguous_format


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """Run convolutions in bfloat16 inside this context if ``precision`` is ``bf16``; float32 otherwise."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16")
