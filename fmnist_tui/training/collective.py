"""What the processes that train one network together exchange."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


class Collective(Protocol):
    """The processes that train one network, each on its part of every batch.

    The trainer calls these methods in the same order in every process.
    """

    def shard(self, batch: Tensor) -> Tensor:
        """Return this process's part of a batch, [b, …] to [part of b, …]."""

    def average_gradients(self, gradients: Tensor, images: int) -> None:
        """Replace the gradients of this process's mean loss, float [n], by those of the mean over all processes.

        Args:
            gradients: Changed in place.
            images: Images in this process's part of the batch, the weight of its gradients.
        """

    def sum(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the elementwise sum of all processes' counts."""


class SingleProcess:
    """A collective of one process, in which nothing is exchanged."""

    def shard(self, batch: Tensor) -> Tensor:
        return batch

    def average_gradients(self, gradients: Tensor, images: int) -> None:
        pass

    def sum(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return counts
