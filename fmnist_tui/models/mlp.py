"""A multilayer perceptron: linear layers with leaky ReLU between them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.fields import Hint
from fmnist_tui.models.architecture import ADAMW_ONE_CYCLE, Architecture, Presets

if TYPE_CHECKING:
    from torch import nn


class Mlp(Architecture):
    """784 pixels → hidden layers with leaky ReLU → 10 logits."""

    summary: ClassVar[str] = "fully connected layers of any number and width"
    aliases: ClassVar[tuple[str, ...]] = ("multilayer perceptron", "multi layer perceptron")
    complexity: ClassVar[int] = 2
    presets: ClassVar[Presets] = {
        "fast": {
            **ADAMW_ONE_CYCLE,
            "batch_size": 512,
            "epochs": 8,
            "learning_rate": 1e-2,
            "weight_decay": 1e-2,
            "hidden_units": (256, 128),
            "batch_norm": True,
        },
        "accurate": {
            **ADAMW_ONE_CYCLE,
            "batch_size": 512,
            "epochs": 60,
            "learning_rate": 3e-3,
            "weight_decay": 5e-2,
            "label_smoothing": 0.1,
            "validation_size": 5_000,
            "horizontal_flip": True,
            "translate": 1,
            "tta_flip": True,
            "hidden_units": (1024, 512),
            "dropout": 0.1,
            "batch_norm": True,
        },
        "classic": {"epochs": 300, "batch_size": 64, "learning_rate": 1e-4, "weight_decay": 1e-5},
    }

    name: Literal["mlp"] = "mlp"
    hidden_units: Annotated[
        tuple[Annotated[int, Field(ge=1, le=8192)], ...],
        Field(min_length=1, max_length=16, description="Width of each hidden layer, first to last."),
        Hint(
            unit="units",
            advice="Give one width per layer, such as 256 128 64",
            usual="1 to 3 layers of 64 to 1024 units",
            too_low="Training accuracy stays low (underfitting)",
            too_high="Training is slow and overfits sooner; many layers without normalization train poorly",
        ),
    ] = (256, 128, 64)
    dropout: Annotated[
        float,
        Field(ge=0.0, lt=1.0, description="Dropout probability of the hidden units."),
        Hint(
            advice="Increase it if validation loss rises while training loss falls",
            usual="0 to 0.5",
            too_low="Wide networks overfit in long runs",
            too_high="The network underfits: training accuracy stays below validation accuracy",
            zero="off",
        ),
    ] = 0.0
    batch_norm: Annotated[
        bool,
        Field(description="Batch normalization before each hidden layer's activation."),
        Hint(advice="Turn it on for more accuracy in as many epochs; each epoch takes a little longer"),
    ] = False

    def build(self) -> nn.Sequential:
        from torch import nn

        channels, height, width = IMAGE_SHAPE
        layers: list[nn.Module] = [nn.Flatten()]
        for inputs, outputs in pairwise((channels * height * width, *self.hidden_units)):
            layers.append(nn.Linear(inputs, outputs, bias=not self.batch_norm))
            if self.batch_norm:
                layers.append(nn.BatchNorm1d(outputs))
            layers.append(nn.LeakyReLU())
            if self.dropout:
                layers.append(nn.Dropout(self.dropout))
        layers.append(nn.Linear(self.hidden_units[-1], CLASSES))
        return nn.Sequential(*layers)
