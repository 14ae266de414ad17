"""Conversion between pictures, uint8 arrays, and the tensors that networks take and give."""

import numpy as np
import torch
from torch import Tensor


def to_planes(picture: np.ndarray) -> Tensor:
    """uint8 RGB (H, W, 3) -> uint8 RGB (3, H, W), a view of the same memory."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)


def to_float(planes: Tensor) -> Tensor:
    """uint8 of any shape -> float32 in [-1, 1], on the device where ``planes`` are."""
    # a tensor: by a Python number CUDA would multiply with the reciprocal instead, which differs in the last bit
    return planes.float() / torch.full((), 127.5, device=planes.device) - 1


def to_tensor(picture: np.ndarray) -> Tensor:
    """uint8 RGB (H, W, 3) -> float32 (3, H, W) in [-1, 1]."""
    return to_float(to_planes(picture))


def to_picture(tensor: Tensor) -> np.ndarray:
    """float (3, H, W) in [-1, 1] -> uint8 RGB (H, W, 3), clamped and rounded."""
    scaled = (tensor.detach().float().clamp(-1, 1) + 1) * 127.5
    return scaled.round().byte().permute(1, 2, 0).cpu().numpy()


def on_device(picture: np.ndarray, device: torch.device) -> Tensor:
    """uint8 RGB (H, W, 3) -> float32 (3, H, W) in [-1, 1] on ``device``; it is sent there as bytes."""
    return to_float(to_planes(picture).to(device))
