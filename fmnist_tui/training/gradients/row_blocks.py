"""Products with a weight matrix whose rows are divided among the threads, one block for each.

A library divides the result of each product among the threads in another way, so a thread often reads from another
one's cache what that has written. With blocks, a thread computes outputs and gradients of the same rows in every step;
they are also most of the rows that it updates in the optimizer's step.
"""

import torch
from torch import Tensor

MIN_ROWS = 16
"""In a block; dividing smaller ones gains nothing."""


class RowBlocks:
    """The products of a fully connected layer, each by one batch of matrices with a block of rows for each thread.

    Args:
        weight: float32 [o, i]; see `fit`.
        batch: Images in a batch.
        threads: Number of blocks.
    """

    def __init__(self, weight: Tensor, batch: int, threads: int) -> None:
        rows, inputs = weight.shape
        self._shape = threads, rows // threads, inputs
        self._transposed = weight.view(self._shape).transpose(1, 2)
        self._blocks = weight.new_empty(threads, batch, rows // threads)
        self._outputs = weight.new_empty(batch, rows)

    @staticmethod
    def fit(weight: Tensor, threads: int) -> bool:
        """Return whether the weight can be divided, and MKL computes a batch of matrices with one thread for each."""
        has_mkl = torch.backends.mkl.is_available()  # type: ignore[no-untyped-call]
        is_for_mkl = weight.device.type == "cpu" and weight.dtype == torch.float32 and has_mkl
        rows = weight.shape[0]
        return is_for_mkl and threads > 1 and rows % threads == 0 and rows >= MIN_ROWS * threads

    def outputs(self, inputs: Tensor, bias: Tensor | None) -> Tensor:
        """Return inputs [b, i] times the transposed weight, plus the bias [o]; the next call overwrites it."""
        threads, rows, _ = self._shape
        each = inputs.expand(threads, *inputs.shape)
        if bias is None:
            torch.bmm(each, self._transposed, out=self._blocks)
        else:
            torch.baddbmm(bias.view(threads, 1, rows), each, self._transposed, out=self._blocks)
        self._outputs.view(-1, threads, rows).copy_(self._blocks.transpose(0, 1))
        return self._outputs

    def write_weight_gradient(self, gradient: Tensor, inputs: Tensor, out: Tensor) -> None:
        """Write the transposed gradient [b, o] times inputs [b, i] to `out` [o, i]."""
        threads, rows, _ = self._shape
        each = inputs.expand(threads, *inputs.shape)
        torch.bmm(gradient.t().view(threads, rows, -1), each, out=out.view(self._shape))
