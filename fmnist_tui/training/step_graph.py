"""Training steps as a CUDA graph: one launch instead of a hundred, which take longer than a small network's kernels."""

from collections.abc import Callable

import torch
from torch import Tensor

Compute = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]

WARM_UP_STEPS = 3
"""Steps before the capture, in which libraries choose their kernels and allocate their working memory."""


class StepGraph:
    """Computes training steps on CUDA, and captures one of them to replay it; the results are the same bits.

    See "CUDA Graphs" in PyTorch's notes on CUDA semantics.

    Args:
        compute: Trains on images and labels, and returns tensors; launches the same kernels for each batch of a size.
        batch_size: The number of images in the batches to capture; others are computed without a graph.

    Attributes:
        is_captured: Whether a graph is replayed.
    """

    def __init__(self, compute: Compute, batch_size: int) -> None:
        self._compute = compute
        self._batch_size = batch_size
        self._steps = 0
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        self._graph = torch.cuda.CUDAGraph()
        self._inputs: tuple[Tensor, Tensor] | None = None
        self._outputs: tuple[Tensor, Tensor] | None = None

    @property
    def is_captured(self) -> bool:
        return self._outputs is not None

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Train on one batch; return its loss (a scalar) and logits (float [b, 10]), without waiting for them."""
        if len(labels) != self._batch_size or self._steps < WARM_UP_STEPS:
            self._steps += len(labels) == self._batch_size
            return self._without_graph(images, labels)
        if self._outputs is None:
            self._capture(images, labels)
        assert self._inputs is not None
        assert self._outputs is not None
        for static, new in zip(self._inputs, (images, labels), strict=True):
            static.copy_(new)
        self._graph.replay()
        loss, logits = self._outputs
        return loss.clone(), logits.clone()  # the next replay overwrites them

    def _without_graph(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        # On the stream of the capture: autograd stays on the stream in which a parameter was used first.
        before = torch.cuda.current_stream()
        self._stream.wait_stream(before)
        with torch.cuda.stream(self._stream):
            outputs = self._compute(images, labels)
        before.wait_stream(self._stream)
        for tensor in (images, labels):
            tensor.record_stream(self._stream)
        for tensor in outputs:
            tensor.record_stream(before)
        return outputs

    def _capture(self, images: Tensor, labels: Tensor) -> None:
        self._inputs = torch.empty_like(images), torch.empty_like(labels)
        # Other threads, such as nccl's, may go on using CUDA meanwhile.
        with torch.cuda.graph(self._graph, stream=self._stream, capture_error_mode="thread_local"):
            self._outputs = self._compute(*self._inputs)
