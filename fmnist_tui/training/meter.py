"""Running loss and accuracy without a wait for the device in each step."""

from dataclasses import replace
from math import isfinite

import torch
from torch import Tensor

from fmnist_tui.training.totals import Totals

MOST_PENDING = 256


class NonFiniteLoss(Exception):
    """A loss is nan or infinite: the weights are of no use any more.

    Attributes:
        batches_ago: How many batches came after the first one whose loss is.
    """

    def __init__(self, batches_ago: int) -> None:
        super().__init__(f"the loss of {batches_ago} batches ago is no finite number")
        self.batches_ago = batches_ago


class Meter:
    """Collects each step's results where they are, and sums them up only when someone looks.

    Args:
        epoch: The totals of the epoch's steps so far.
    """

    def __init__(self, epoch: Totals | None = None) -> None:
        self.epoch = replace(epoch) if epoch else Totals()
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
            NonFiniteLoss: A loss among them is nan or infinite.
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
            first = next(index for index, loss in enumerate(losses) if not isfinite(loss))
            raise NonFiniteLoss(len(losses) - 1 - first)
        for totals in (self.epoch, self._window):
            totals.correct += correct
            totals.images += len(labels)
            # Added up step by step, so that the sum's last bit doesn't depend on how often someone looked.
            for loss, size in zip(losses, sizes, strict=True):
                totals.loss += loss * size
