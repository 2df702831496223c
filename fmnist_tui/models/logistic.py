"""Multinomial logistic regression: one linear layer on the pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from fmnist_tui.datasets import CLASSES, IMAGE_SHAPE
from fmnist_tui.models.architecture import Architecture, Presets

if TYPE_CHECKING:
    from torch import nn


class Logistic(Architecture):
    """784 pixels → 10 logits."""

    summary: ClassVar[str] = "one linear layer, as a baseline"
    aliases: ClassVar[tuple[str, ...]] = ("logistic regression", "logreg")
    complexity: ClassVar[int] = 1
    gains_from_bf16: ClassVar[bool] = False
    presets: ClassVar[Presets] = {
        "fast": {"epochs": 12, "batch_size": 256, "optimizer": "adam", "learning_rate": 3e-3, "schedule": "one-cycle"},
        "accurate": {
            "epochs": 40,
            "batch_size": 256,
            "learning_rate": 3e-3,
            "schedule": "one-cycle",
            "weight_decay": 1e-5,
        },
        "classic": {"epochs": 100, "batch_size": 32, "learning_rate": 1e-3, "weight_decay": 1e-4},
    }

    name: Literal["logistic"] = "logistic"

    def build(self) -> nn.Sequential:
        from torch import nn

        channels, height, width = IMAGE_SHAPE
        return nn.Sequential(nn.Flatten(), nn.Linear(channels * height * width, CLASSES))
