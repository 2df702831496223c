"""Running loss and accuracy without a wait for the device in each step."""

from dataclasses import dataclass

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

    def add(self, other: "Totals") -> None:
        self.loss += other.loss
        self.correct += other.correct
        self.images += other.images

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
        sizes = torch.tensor([len(batch) for batch in self._labels], device=labels.device)
        loss = (torch.stack(self._losses).double() * sizes).sum()
        correct = (torch.cat(self._logits).argmax(dim=1) == labels).sum()
        part = Totals(float(loss), int(correct), len(labels))
        for pending in (self._losses, self._logits, self._labels):
            pending.clear()
        if not bool(torch.isfinite(loss)):
            raise NonFiniteLossError(
                "the loss is no finite number any more",
                "Divide the learning rate by 3, or set --gradient-clip 1; the checkpoints saved before are good",
            )
        self.epoch.add(part)
        self._window.add(part)
