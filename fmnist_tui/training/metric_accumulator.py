"""Running loss and accuracy without waiting for the device in each step."""

from dataclasses import replace
from math import isfinite

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from fmnist_tui.checkpoints.progress import MetricSums

MAX_PENDING = 256


class NonFiniteLoss(Exception):
    """A loss is nan or infinite.

    Attributes:
        batches_ago: Batches since the first one with such a loss.
    """

    def __init__(self, batches_ago: int) -> None:
        super().__init__(f"the loss of {batches_ago} batches ago is not finite")
        self.batches_ago = batches_ago


class MetricAccumulator:
    """Collects each step's results on the device, and sums them up only when they are asked for.

    The reported loss is the cross-entropy without label smoothing, so that training and validation loss are the same
    quantity. Whether a loss is finite is decided by the loss that is optimized.

    Args:
        epoch: The sums over the epoch's steps so far.
        smoothed: Whether the losses include label smoothing; the plain ones are then computed from the logits.
    """

    def __init__(self, epoch: MetricSums | None = None, *, smoothed: bool = False) -> None:
        self.epoch = replace(epoch) if epoch else MetricSums()
        self._smoothed = smoothed
        self._window = MetricSums()
        self._pending: list[tuple[Tensor, Tensor, Tensor]] = []
        self._flushed = 0
        self._first_non_finite: int | None = None

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        """Add a batch: its mean loss (scalar), logits [b, 10] and labels [b]."""
        self._pending.append((loss, logits, labels))
        if len(self._pending) >= MAX_PENDING:
            self._flush()

    def take_window(self) -> MetricSums:
        """Return the sums since the last call of this method, which are also part of the epoch's.

        Raises:
            NonFiniteLoss: A loss added so far is nan or infinite.
        """
        self._flush()
        if self._first_non_finite is not None:
            raise NonFiniteLoss(self._flushed - 1 - self._first_non_finite)
        window, self._window = self._window, MetricSums()
        return window

    def _flush(self) -> None:
        if not self._pending:
            return
        pending, logits, labels = zip(*self._pending, strict=True)
        losses = torch.stack(pending).tolist()
        if self._first_non_finite is None:
            bad = (index for index, loss in enumerate(losses, self._flushed) if not isfinite(loss))
            self._first_non_finite = next(bad, None)
        self._flushed += len(losses)
        if self._first_non_finite is None:
            self._count(losses, torch.cat(logits), torch.cat(labels), [len(batch) for batch in labels])
        self._pending.clear()

    def _count(self, losses: list[float], logits: Tensor, labels: Tensor, sizes: list[int]) -> None:
        """Add consecutive batches of these sizes, which have these mean losses, to the sums."""
        correct = int((logits.argmax(dim=1) == labels).sum())
        if self._smoothed:
            sums = _plain_losses(logits, labels, sizes)
        else:
            sums = [loss * size for loss, size in zip(losses, sizes, strict=True)]
        for totals in (self.epoch, self._window):
            totals.correct += correct
            totals.images += len(labels)
            # Added step by step, so that the sum's last bit doesn't depend on how often it is asked for.
            for loss in sums:
                totals.loss += loss


def _plain_losses(logits: Tensor, labels: Tensor, sizes: list[int]) -> list[float]:
    """Return the sum of the images' cross-entropies for each of consecutive batches of these sizes."""
    losses = functional.cross_entropy(logits.detach(), labels, reduction="none").double().cpu().numpy()
    sums: list[float] = np.add.reduceat(losses, np.cumsum([0, *sizes[:-1]])).tolist()
    return sums
