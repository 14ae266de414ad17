"""What machine this is, and how fast it multiplies matrices: the yardstick for everything else."""

import os
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path

import torch


def describe(device: torch.device) -> str:
    """The processor or GPU, the cores in use and PyTorch's version, in one line."""
    if device.type == "cuda":
        name = torch.cuda.get_device_name(device)
    else:
        lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
        names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
        amx = " with AMX" if torch.cpu.get_capabilities().get("amx_bf16") else ""
        name = f"{(names or [platform.processor()])[0]}{amx}, {len(os.sched_getaffinity(0))} cores"
    return f"{name}, torch {torch.__version__}"


def matmul_peak(device: torch.device, dtype: torch.dtype, seconds: float = 1.0) -> float:
    """The best rate at which this machine multiplies 4096 x 4096 matrices (2048 on a CPU), FLOP/s."""
    size = 4096 if device.type == "cuda" else 2048
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))
    best, begin = 0.0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        a @ b
        synchronize(device)
        best = max(best, 2 * size**3 / (time.perf_counter() - start))
    return best


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of CPU in this process and those that it has waited for."""
    start, before = time.perf_counter(), os.times()
    work()
    seconds, after = time.perf_counter() - start, os.times()
    return seconds, sum(after[:4]) - sum(before[:4])


def synchronize(device: torch.device) -> None:
    """Wait until the device has done all that was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak_memory(device: torch.device) -> float:
    """The most memory that this process has had so far, in GB: of the GPU, or of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
