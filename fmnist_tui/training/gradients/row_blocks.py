"""Outputs and weight gradients of a fully connected layer, with a block of the weight's rows for each thread.

A library divides each product among the threads in its own way, so a thread often reads what another one has written to
its cache. With blocks, each thread computes the same rows in every step. With two threads and one large layer, Adam's
kernel also updates most of these rows on the same thread.
"""

import torch
from torch import Tensor

MIN_ROWS = 16
"""Minimum rows of a block; smaller weights are not divided."""


class RowBlocks:
    """The products whose result has the rows of the weight, each as one batched matrix product.

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
        """Return whether the weight can be divided into blocks: float32 on a CPU, and torch built with MKL.

        MKL's batched product is expected to give each thread one matrix.
        """
        has_mkl = torch.backends.mkl.is_available()  # type: ignore[no-untyped-call]
        is_for_mkl = weight.device.type == "cpu" and weight.dtype == torch.float32 and has_mkl
        rows = weight.shape[0]
        return is_for_mkl and threads > 1 and rows % threads == 0 and rows >= MIN_ROWS * threads

    def outputs(self, inputs: Tensor, bias: Tensor | None) -> Tensor:
        """Return inputs [b, i] times the transposed weight, plus the bias [o]; the next call overwrites the result."""
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
