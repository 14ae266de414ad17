"""The body generator: from a pose picture and its own previous output to a picture of the target person."""

from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from pipeline.clips.scaling import resize
from pipeline.networks.global_generator import GlobalGenerator
from pipeline.networks.local_enhancer import LocalEnhancer
from pipeline.networks.pictures import to_tensor

MASK_BIAS = 1.0  # the mask channel's initial bias, before the last tanh: an opacity of 0.88


class BodyGenerator(nn.Module):
    """G of "Everybody Dance Now": pose picture to appearance.

    With ``temporal`` it is conditioned on its previous output ("Temporal Smoothing"), zeros for the first frame;
    without, on the pose alone (pix2pixHD in the paper's tables). ``ngf``: filters of the global generator's first
    layer. ``downsamplings``: its halvings. ``blocks``: its residual blocks. ``enhancer_blocks`` is None for the global
    generator alone, else the number of residual blocks of the local enhancer around it. ``plate`` is None, or the size
    (H, W) of a fixed background picture: then the network has a fourth output channel, a soft mask (alpha matte) with
    which the person that it paints is composited over the plate. ``upsampling``, ``skips``: see
    :class:`GlobalGenerator`.
    """

    plate: Tensor | None

    def __init__(
        self, temporal: bool, ngf: int, downsamplings: int, blocks: int, enhancer_blocks: int | None,
        plate: tuple[int, int] | None = None, upsampling: str = "transpose", skips: bool = False,
    ) -> None:
        super().__init__()
        self.temporal = temporal
        in_channels, out_channels = 6 if temporal else 3, 3 if plate is None else 4
        network = GlobalGenerator(in_channels, out_channels, ngf, downsamplings, blocks, upsampling, skips)
        self.network: GlobalGenerator | LocalEnhancer = network
        if enhancer_blocks is not None:
            self.network = LocalEnhancer(network, in_channels, out_channels, ngf, enhancer_blocks, upsampling)
        self.register_buffer("plate", None if plate is None else torch.zeros(3, *plate))
        if plate is not None:
            # start nearly opaque: a person that starts half transparent keeps holes where the background looks alike
            nn.init.constant_(cast(Tensor, self.network.to_output.bias)[3:], MASK_BIAS)

    def forward(self, pose: Tensor, previous: Tensor | None) -> Tensor:
        """pose, previous: float (B, 3, H, W) in [-1, 1]; previous is None for the first frame. -> the same shape."""
        if not self.temporal:
            output = self.network(pose)
        else:
            output = self.network(torch.cat([pose, torch.zeros_like(pose) if previous is None else previous], dim=1))
        if self.plate is None:
            return output
        person, mask = output[:, :3], (output[:, 3:] + 1) / 2
        return self.plate + mask * (person - self.plate)

    def set_plate(self, picture: np.ndarray) -> None:
        """Set the background to ``picture``, uint8 RGB (H, W, 3), scaled to the plate's size. Only with a plate."""
        plate = cast(Tensor, self.plate)
        height, width = plate.shape[1:]
        plate.copy_(to_tensor(resize(picture, width, height)))

    def start_from(self, coarse: "BodyGenerator") -> None:
        """Copy ``coarse``, a generator trained at half the size, into the global generator inside the enhancer."""
        network, half = cast(LocalEnhancer, self.network), cast(GlobalGenerator, coarse.network)
        network.global_features.load_state_dict(half.features.state_dict())

    def freeze_global(self, frozen: bool) -> None:
        """With an enhancer: train only the enhancer (True) or everything (False). Without one, do nothing."""
        if isinstance(self.network, LocalEnhancer):
            self.network.global_features.requires_grad_(not frozen)

    def rollout(self, poses: Tensor) -> Tensor:
        """Generate T consecutive frames, the first from zeros, each other from the one before.

        poses: float (B, T, 3, H, W) in [-1, 1] -> the same shape. The output is fed back as it is, a float that is
        neither detached nor rounded to 8 bits: gradients flow through the previous frame, and rendering feeds back the
        same kind of picture. Training unrolls T = 2 frames; rendering goes on through a whole shot.
        """
        frames: list[Tensor] = []
        for t in range(poses.shape[1]):
            frames.append(self(poses[:, t], frames[-1] if frames else None))
        return torch.stack(frames, dim=1)
