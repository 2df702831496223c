"""The first convolution on CUDA, as a matrix product with the patches of the images.

The gradient of the weights of a convolution with one input channel is slow in cuDNN: 177 of 552 µs of a step of the CNN
in bf16 (batches of 128, H100, cuDNN 9.19).
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class PatchConv2d(nn.Conv2d):
    """Replaces a convolution of gray images with stride and dilation 1; the parameters keep their names."""

    def __init__(self, layer: nn.Conv2d) -> None:
        nn.Module.__init__(self)
        self.__dict__.update(layer.__dict__)

    @staticmethod
    def supports(layer: nn.Module) -> bool:
        return (
            isinstance(layer, nn.Conv2d)
            and layer.in_channels == 1
            and layer.stride == layer.dilation == (1, 1)
            and layer.padding_mode == "zeros"
            and not isinstance(layer.padding, str)
        )

    def forward(self, inputs: Tensor) -> Tensor:
        down, across = cast("tuple[int, int]", self.padding)
        if torch.is_autocast_enabled(inputs.device.type):
            inputs = inputs.to(torch.get_autocast_dtype(inputs.device.type))
        padded = functional.pad(inputs[:, 0], (across, across, down, down))
        height, width = self.kernel_size
        patches = padded.unfold(1, height, 1).unfold(2, width, 1).flatten(3)  # [b, rows, columns, pixels of a patch]
        outputs = functional.linear(patches, self.weight.flatten(1), self.bias)
        return outputs.permute(0, 3, 1, 2)  # channels last


def use_patches(network: nn.Module) -> None:
    """Replace the convolutions of gray images of a network, in place; the state's keys stay the same."""
    for layer in list(network.modules()):
        for name, child in list(layer.named_children()):
            if PatchConv2d.supports(child):
                setattr(layer, name, PatchConv2d(cast(nn.Conv2d, child)))
