"""The body generator: from a pose picture and its own previous output to a picture of the target person."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pipeline.networks.compositing import Copied, Layers, fade
from pipeline.networks.global_generator import GlobalGenerator
from pipeline.networks.local_enhancer import LocalEnhancer

MASK_BIAS = 1.0  # the mask channel's initial bias, before the last tanh: an opacity of 0.88
SHADOW_BIAS = -1.5  # the shadow channel's: a darkness of 0.05, just above FAINT, so that gradients find it
FAINT = 0.02  # darkness that counts as none
SHADOW_GRID = 8  # px: a shadow has one value every so many
SHARE_BIAS = 0.5  # that of the share that is copied: three quarters of what is valid, so that both ways learn at once
FLOW_REACH = 1 / 32  # of the picture's height: how far from its place in the moved reference a pixel may be copied
BORDER = 1 / 24  # of a person's window, in which what is laid over the plate fades out


class BodyGenerator(nn.Module):
    """G of "Everybody Dance Now": pose picture to appearance.

    With ``temporal`` it is conditioned on its previous output ("Temporal Smoothing"), zeros for the first frame;
    without, on the pose alone (pix2pixHD in the paper's tables). ``ngf``: filters of the global generator's first
    layer. ``downsamplings``: its halvings. ``blocks``: its residual blocks. ``enhancer_blocks`` is None for the global
    generator alone, else the number of residual blocks of the local enhancer around it. ``layered``: whether it makes
    :class:`Layers` for a plate instead of whole frames. ``borders``: whether the layers fade out towards the picture's
    borders, which lie within the frame. ``references``: whether the person is partly copied from a reference, which the
    network sees, too; only with layers. ``upsampling``, ``skips``: see :class:`GlobalGenerator`.
    """

    def __init__(
        self, temporal: bool, ngf: int, downsamplings: int, blocks: int, enhancer_blocks: int | None,
        layered: bool = False, borders: bool = False, references: bool = False, upsampling: str = "transpose",
        skips: bool = False,
    ) -> None:
        super().__init__()
        self.temporal, self.layered, self.borders, self.references = temporal, layered, borders, references
        in_channels = 3 + 3 * temporal + 5 * references
        out_channels = 3 + 2 * layered + 3 * references
        network = GlobalGenerator(in_channels, out_channels, ngf, downsamplings, blocks, upsampling, skips)
        self.network: GlobalGenerator | LocalEnhancer = network
        if enhancer_blocks is not None:
            self.network = LocalEnhancer(network, in_channels, out_channels, ngf, enhancer_blocks, upsampling)
        if layered:
            # nearly opaque at first: a person half transparent keeps holes where the background looks alike
            with torch.no_grad():
                bias = cast(Tensor, self.network.to_output.bias)
                bias[3:] = torch.tensor([MASK_BIAS, SHADOW_BIAS, SHARE_BIAS, 0, 0])[: len(bias) - 3]

    def forward(
        self, pose: Tensor, previous: Tensor | None, plate: Tensor | None = None, reference: Tensor | None = None
    ) -> Tensor:
        """The frame: the layers over ``plate``, if the generator makes layers.

        pose, previous, plate: float (B, 3, H, W) in [-1, 1]; previous is None for the first frame. reference: see
        :meth:`layers`. -> the same shape.
        """
        if not self.layered:
            return self._output(pose, previous, None)
        return self.layers(pose, previous, reference).over(cast(Tensor, plate), reference)

    def layers(self, pose: Tensor, previous: Tensor | None, reference: Tensor | None = None) -> Layers:
        """What to lay over the plate. Only if the generator is ``layered``.

        pose, previous: as for :meth:`forward`. reference: if it has ``references``, float (B, 5, H, W) in [-1, 1], see
        :meth:`pipeline.reference.references.References.picture`.
        """
        output, (height, width) = self._output(pose, previous, reference), pose.shape[2:]
        dark = F.avg_pool2d((output[:, 4:5] + 1) / 2, SHADOW_GRID, ceil_mode=True)
        shadow = F.interpolate(F.relu(dark - FAINT), (height, width), mode="bilinear", align_corners=False)
        mask = (output[:, 3:4] + 1) / 2
        if self.borders:
            inside = fade(height, width, BORDER, pose.device)
            mask, shadow = mask * inside, shadow * inside
        copied = None
        if reference is not None:
            copied = Copied((output[:, 5:6] + 1) / 2, FLOW_REACH * height * output[:, 6:])
        return Layers(output[:, :3], mask, shadow, copied)

    def _output(self, pose: Tensor, previous: Tensor | None, reference: Tensor | None) -> Tensor:
        """float (B, 3, 5 or 8, H, W) in [-1, 1]."""
        given = [pose]
        if self.temporal:
            given.append(torch.zeros_like(pose) if previous is None else previous)
        if reference is not None:
            given.append(reference)
        return self.network(torch.cat(given, dim=1))

    def start_from(self, coarse: "BodyGenerator") -> None:
        """Copy ``coarse``, a generator trained at half the size, into the global generator inside the enhancer."""
        network, half = cast(LocalEnhancer, self.network), cast(GlobalGenerator, coarse.network)
        network.global_features.load_state_dict(half.features.state_dict())

    def freeze_global(self, frozen: bool) -> None:
        """With an enhancer: train only the enhancer (True) or everything (False). Without one, do nothing."""
        if isinstance(self.network, LocalEnhancer):
            self.network.global_features.requires_grad_(not frozen)

    def rollout(
        self, poses: Tensor, plates: Tensor | None = None, references: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Generate T consecutive frames of one window, the first from zeros, each other from the one before.

        poses: float (B, T, 3, H, W) in [-1, 1] -> (frames, the same shape; their masks, float (B, T, 1, H, W) in
        [0, 1], None if the generator makes no layers). plates: float (B, 3, H, W), what lies behind all of them.
        references: float (B, T, 5, H, W), see :meth:`layers`. The output is fed back as it is, a float that is neither
        detached nor rounded to 8 bits: gradients flow through the previous frame, and rendering feeds back the same
        kind of picture. Training unrolls T = 2 frames; rendering goes on through a whole shot.
        """
        frames: list[Tensor] = []
        masks: list[Tensor] = []
        for t in range(poses.shape[1]):
            previous = frames[-1] if frames else None
            if self.layered:
                reference = None if references is None else references[:, t]
                layers = self.layers(poses[:, t], previous, reference)
                masks.append(layers.mask)
                frames.append(layers.over(cast(Tensor, plates), reference))
            else:
                frames.append(self(poses[:, t], previous))
        return torch.stack(frames, dim=1), torch.stack(masks, dim=1) if masks else None
