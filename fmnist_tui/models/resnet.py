"""A small residual network: a stem at full size, then two stages of residual blocks, each halving the image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.fields import Hint
from fmnist_tui.models.architecture import MUON_ONE_CYCLE, Architecture, Presets, WhiteningInit

if TYPE_CHECKING:
    from torch import nn
    from torchvision.models.resnet import BasicBlock

STAGES = 2

MIN_CHANNELS_LAST = 8
"""Channels."""


class Resnet(Architecture):
    """28×28×1 → 28×28×w → 14×14×2w → 7×7×4w → mean over the image → 10 logits.

    The blocks are torchvision's, from K. He et al., "Deep residual learning for image recognition" (2016). The last
    normalization of each starts at zero, so every block starts as the identity, as in P. Goyal et al., "Accurate, large
    minibatch SGD" (2017).
    """

    summary: ClassVar[str] = "residual blocks; the most accurate and slowest model"
    aliases: ClassVar[tuple[str, ...]] = ("residual network",)
    complexity: ClassVar[int] = 4
    convolutional: ClassVar[bool] = True
    presets: ClassVar[Presets] = {
        "fast": {**MUON_ONE_CYCLE, "batch_size": 256, "epochs": 4, "learning_rate": 1e-2, "weight_decay": 2e-2},
        "accurate": {
            **MUON_ONE_CYCLE,
            "batch_size": 512,
            "epochs": 10,
            "learning_rate": 2e-2,
            "weight_decay": 3e-2,
            "translate": 1,
            "random_erasing": 0.2,
            "validation_size": 5_000,
        },
        "best": {
            **MUON_ONE_CYCLE,
            "batch_size": 512,
            "epochs": 30,
            "learning_rate": 2e-2,
            "weight_decay": 5e-2,
            "translate": 1,
            "random_erasing": 0.4,
            "validation_size": 5_000,
        },
    }

    name: Literal["resnet"] = "resnet"
    width: Annotated[
        int,
        Field(ge=1, le=512, description="Channels of the stem; the stages have two and four times as many."),
        Hint(
            unit="channels",
            advice="Decrease it if training is slow; the computation grows with its square. "
            "Multiples of 16 are fastest on CPUs",
            usual="16 to 64",
            too_low="Training accuracy stays low (underfitting)",
            too_high="Training is slow: twice the channels take four times the computation",
        ),
    ] = 32
    blocks: Annotated[
        int,
        Field(ge=1, le=16, description="Residual blocks in each of the two stages."),
        Hint(
            unit="blocks",
            advice="2 are enough for up to 40 epochs",
            usual="1 to 3",
            too_low="Less accurate in long runs",
            too_high="Training is slower, with little or no gain in accuracy on images of 28×28",
        ),
    ] = 2

    whitening_init: WhiteningInit = False

    @property
    def whitens_first_convolution(self) -> bool:
        return self.whitening_init

    @property
    def prefers_channels_last(self) -> bool:
        # torch 2.14's backward pass writes out of bounds in channels-last convolutions with fewer channels.
        return self.width >= MIN_CHANNELS_LAST

    def build(self) -> nn.Sequential:
        from torch import nn
        from torchvision.ops import Conv2dNormActivation

        layers: list[nn.Module] = [Conv2dNormActivation(IMAGE_SHAPE[0], self.width)]
        channels = self.width
        for _ in range(STAGES):
            layers.append(_block(channels, 2 * channels, stride=2))
            channels *= 2
            layers += [_block(channels, channels) for _ in range(self.blocks - 1)]
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES))


def _block(inputs: int, outputs: int, stride: int = 1) -> BasicBlock:
    from torch import nn
    from torchvision.models.resnet import BasicBlock
    from torchvision.ops import Conv2dNormActivation

    shortcut = None
    if stride != 1 or inputs != outputs:
        shortcut = Conv2dNormActivation(inputs, outputs, kernel_size=1, stride=stride, activation_layer=None)
    block = BasicBlock(inputs, outputs, stride, shortcut)
    for part in block.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
    nn.init.zeros_(block.bn2.weight)
    return block
