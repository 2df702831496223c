"""Running loss and accuracy without a wait for the device in each step."""

from dataclasses import dataclass
from math import isfinite

import torch
from torch import Tensor

from fmnist_tui.errors import UserError

MOST_PENDING = 256


class NonFiniteLossError(UserError):
    """The loss has become nan or infinite: the weights are of no use any more."""


@dataclass(slots=True)
class Totals:
    """Sums over images; the means are what a person wants to see."""

    loss: float = 0.0
    correct: int = 0
    images: int = 0

    @property
    def mean_loss(self) -> float:
        return self.loss / max(1, self.images)

    @property
    def accuracy(self) -> float:
        return self.correct / max(1, self.images)


class Meter:
    """Collects each step's results where they are, and sums them up only when someone looks."""

    def __init__(self) -> None:
        self.epoch = Totals()
        self._window = Totals()
        self._losses: list[Tensor] = []
        self._logits: list[Tensor] = []
        self._labels: list[Tensor] = []

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Notes a batch: its mean loss (scalar), logits [b, 10] and labels [b]."""
        self._losses.append(loss)
        self._logits.append(logits)
        self._labels.append(labels)
        if len(self._losses) >= MOST_PENDING:
            self._settle()

    def take_window(self) -> Totals:
        """The totals since the last call of this method; they count towards the epoch's as well.

        Raises:
            NonFiniteLossError: A loss among them is nan or infinite.
        """
        self._settle()
        window, self._window = self._window, Totals()
        return window

    def _settle(self) -> None:
        if not self._losses:
            return
        labels = torch.cat(self._labels)
        losses = torch.stack(self._losses).tolist()
        correct = int((torch.cat(self._logits).argmax(dim=1) == labels).sum())
        sizes = [len(batch) for batch in self._labels]
        for pending in (self._losses, self._logits, self._labels):
            pending.clear()
        if not all(map(isfinite, losses)):
            raise NonFiniteLossError(
                "the loss is no finite number any more",
                "Divide the learning rate by 3, or set --gradient-clip 1; the checkpoints saved before are good",
            )
        for totals in (self.epoch, self._window):
            totals.correct += correct
            totals.images += len(labels)
            # Added up step by step, so that the sum's last bit doesn't depend on how often someone looked.
            for loss, size in zip(losses, sizes, strict=True):
                totals.loss += loss * size
