"""What the processes that train one network together exchange."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fmnist_tui.errors import UserError

T = TypeVar("T")


class PeerLostError(UserError):
    """Another process of the training is lost, so that no further step is possible."""


class Collective(Protocol):
    """The processes that train one network, each on its part of every batch.

    All processes call the same methods in the same order; each method returns when all have called it. The first
    process, the leader, is the one that decides, writes and reports.

    Attributes:
        processes: Number of processes.
    """

    processes: int

    def divides(self, batch: int) -> bool:
        """Return whether a batch is divided: not by one process, and not if there are fewer images than processes."""

    def part(self, batch: int) -> slice:
        """Return which of the images of a batch are this process's; all if it is not divided."""

    def add_up(self, sums: Tensor) -> None:
        """Replace a tensor by the sum of all processes' tensors."""

    def reduce_step(self, gradients: Tensor, loss: Tensor, logits: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        """Replace this process's share of the gradients, float [n], by the sum over all processes.

        If the batch is not divided, each has the gradients of all its images, and they are replaced by their mean.

        Args:
            gradients: Those of the batch's mean loss, as far as they come from this process's images.
            loss: The mean loss of this process's images, a scalar.
            logits: Of this process's images, float [part of batch, classes].
            batch: Images in the whole batch.

        Returns:
            Loss and logits of the whole batch, the same in all processes.
        """

    def sum(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the elementwise sum of all processes' counts."""

    def decide(self, own: bool) -> bool:
        """Return what the leader has given."""

    def share(self, own: bytes) -> bytes:
        """Return what the leader has given."""

    def together(self, action: Callable[[], T]) -> T:
        """Return the result of an action that all processes run.

        Raises:
            UserError: It raised one in any process.
        """


class SingleProcess:
    """A collective of one process, in which nothing is exchanged."""

    processes = 1

    def divides(self, batch: int) -> bool:
        return False

    def part(self, batch: int) -> slice:
        return slice(0, batch)

    def add_up(self, sums: Tensor) -> None:
        pass

    def reduce_step(self, gradients: Tensor, loss: Tensor, logits: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        return loss, logits

    def sum(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return counts

    def decide(self, own: bool) -> bool:
        return own

    def share(self, own: bytes) -> bytes:
        return own

    def together(self, action: Callable[[], T]) -> T:
        return action()


def part_of(batch: int, rank: int, processes: int) -> slice:
    """Return the images of a batch that a process trains on: as many as the others, or one more."""
    size, more = divmod(batch, processes)
    start = rank * size + min(rank, more)
    return slice(start, start + size + (rank < more))
