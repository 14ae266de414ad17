"""A trained generator made ready for inference."""

from typing import TypeGuard, cast

import torch
from torch import Tensor, nn

from pipeline.rendering.few_channels import FEW, FewChannelConvolution
from pipeline.rendering.winograd import WinogradConvolution
from pipeline.runtime.devices import memory_format

WINOGRAD_CHANNELS = 256  # at least: with fewer, on larger maps, moving data costs more than is saved


def for_inference(network: nn.Module, device: torch.device, precision: str) -> nn.Module:
    """Change ``network`` in place, to compute the same function of float32 tensors faster, and return it.

    On a CPU some convolutions are replaced (:class:`WinogradConvolution`, :class:`FewChannelConvolution`). For ``bf16``
    weights are rounded once instead of in every call, but those of convolutions with few input channels, such as the
    first, stay float32: most of a pose picture is one colour, so that the first layer's outputs are close to their
    mean, and instance normalization subtracts that, which would leave none of bfloat16's few digits.
    """
    network.eval().requires_grad_(False).to(device)
    on_cpu = device.type == "cpu"
    _prepare(network, on_cpu, torch.bfloat16 if precision == "bf16" else torch.float32)
    return network.to(memory_format=torch.channels_last if on_cpu else memory_format(precision))


def _prepare(network: nn.Module, on_cpu: bool, dtype: torch.dtype) -> None:
    for name, layer in network.named_children():
        if isinstance(layer, nn.ReLU):
            layer.inplace = True
        elif not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            _prepare(layer, on_cpu, dtype)
        else:
            few = layer.in_channels < FEW
            if on_cpu and _is_wide(layer):
                layer = WinogradConvolution(layer)
            elif on_cpu and isinstance(layer, nn.Conv2d) and layer.out_channels < FEW and not few:
                layer = FewChannelConvolution(layer)
            layer.to(torch.float32 if few else dtype).register_forward_pre_hook(_round_input)
            setattr(network, name, layer)


def _is_wide(layer: nn.Module) -> TypeGuard[nn.Conv2d]:
    """Whether ``layer`` is a convolution of a residual block with many channels."""
    return (
        isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3) and layer.stride == (1, 1)
        and layer.padding_mode == "reflect" and layer.in_channels == layer.out_channels >= WINOGRAD_CHANNELS
    )


def _round_input(layer: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
    """A layer's input, converted to the type of its weights."""
    return (inputs[0].to(cast(Tensor, layer.weight).dtype),)
