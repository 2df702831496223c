"""A small convolutional network: blocks of convolution and pooling, then two fully connected layers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.fields import Hint
from fmnist_tui.models.architecture import MUON_ONE_CYCLE, Architecture, Presets, WhiteningInit

if TYPE_CHECKING:
    from torch import nn


class Cnn(Architecture):
    """28×28×1 → 14×14×16 → 7×7×32 → 3×3×64 → fully connected → 10 logits, with the default channels."""

    summary: ClassVar[str] = "convolution blocks and a fully connected head"
    aliases: ClassVar[tuple[str, ...]] = ("convolutional neural network", "convnet")
    complexity: ClassVar[int] = 3
    convolutional: ClassVar[bool] = True
    presets: ClassVar[Presets] = {
        "fast": {
            **MUON_ONE_CYCLE,
            "batch_size": 256,
            "epochs": 5,
            "learning_rate": 2.5e-2,
            "warmup_fraction": 0.3,
            "weight_decay": 5e-3,
            "dropout": 0.0,
        },
        "accurate": {
            **MUON_ONE_CYCLE,
            "batch_size": 256,
            "epochs": 20,
            "learning_rate": 1e-2,
            "warmup_fraction": 0.1,
            "momentum": 0.95,
            "weight_decay": 2e-2,
            "translate": 1,
            "validation_size": 5_000,
            "channels": (32, 64, 128),
            "head_width": 256,
        },
        "classic": {"epochs": 300, "batch_size": 64, "learning_rate": 1e-4, "weight_decay": 1e-5},
    }

    name: Literal["cnn"] = "cnn"
    channels: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1024)], ...],
        Field(
            min_length=1,
            max_length=4,
            description="Channels of each block, first to last; each block halves the image.",
        ),
        Hint(
            unit="channels",
            advice="Double them if training accuracy stays low; the computation grows fourfold. "
            "Multiples of 16 are fastest on CPUs",
            usual="2 to 4 blocks, each with twice the channels of the one before: 16 32 64 or 32 64 128",
            too_low="Training accuracy stays low (underfitting)",
            too_high="Training is slow, and the network overfits sooner",
        ),
    ] = (16, 32, 64)
    head_width: Annotated[
        int,
        Field(ge=1, le=8192, description="Units of the fully connected layer before the logits."),
        Hint(
            unit="units",
            advice="Decrease it if training is slow; increase it if training accuracy stays low",
            usual="64 to 256",
            too_low="Training accuracy stays low (underfitting)",
            too_high="Most parameters are in this layer: training is slower, and it overfits sooner",
        ),
    ] = 128
    dropout: Annotated[
        float,
        Field(ge=0.0, lt=1.0, description="Dropout probability of the head's units."),
        Hint(
            advice="Increase it if validation loss rises while training loss falls",
            usual="0 to 0.5",
            too_low="The network overfits in long runs",
            too_high="The head underfits: training accuracy stays below validation accuracy",
            zero="off",
        ),
    ] = 0.1

    whitening_init: WhiteningInit = False

    @property
    def whitens_first_convolution(self) -> bool:
        return self.whitening_init

    def build(self) -> nn.Sequential:
        from torch import nn

        channels, height, width = IMAGE_SHAPE
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((channels, *self.channels)):
            # Leaky ReLU grows with its input, so pooling first gives the same result for a quarter of the work.
            layers += [
                nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.MaxPool2d(2),
                nn.LeakyReLU(),
            ]
            height, width = height // 2, width // 2
        layers += [
            nn.Flatten(),
            nn.Linear(self.channels[-1] * height * width, self.head_width),
            nn.LeakyReLU(),
            nn.Dropout(self.dropout),
            nn.Linear(self.head_width, CLASSES),
        ]
        return nn.Sequential(*layers)
