"""Convolution, batch normalization and max-pooling with manual backpropagation, by torch's own kernels."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.training.gradients.compute_weights import Weights
from fmnist_tui.training.gradients.manual_layer import ManualLayer
from fmnist_tui.training.gradients.whole_batch import Normalization, WholeBatch

aten = torch.ops.aten

BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d


class ManualConv2d(ManualLayer):
    """A convolution.

    Args:
        layer: Has no bias and pads with zeros.
        weights: In the precision of its inputs; the gradient is written to in place.
    """

    def __init__(self, layer: nn.Conv2d, weights: Weights) -> None:
        self._weight, self._gradient, *_ = weights
        self._geometry = layer.stride, cast("tuple[int, ...]", layer.padding), layer.dilation
        self._groups = layer.groups
        self._inputs = self._weight

    @staticmethod
    def supports(layer: nn.Conv2d) -> bool:
        return layer.bias is None and layer.padding_mode == "zeros" and not isinstance(layer.padding, str)

    def forward(self, inputs: Tensor) -> Tensor:
        self._inputs = inputs
        return functional.conv2d(inputs, self._weight, None, *self._geometry, self._groups)

    def backward(self, gradient: Tensor) -> Tensor:
        by_inputs, by_weights, _ = aten.convolution_backward(
            gradient,
            self._inputs,
            self._weight,
            None,
            *self._geometry,
            False,
            [0, 0],
            self._groups,
            [True, True, False],
        )
        self._gradient.copy_(by_weights)
        return cast(Tensor, by_inputs)


class ManualBatchNorm(ManualLayer):
    """Batch normalization of vectors [b, n] or maps [b, n, height, width], which also updates the running statistics.

    A batch of one vector has no variance; it is normalized by the running statistics and leaves them as they are.

    Args:
        layer: Has weights, running statistics and a momentum; its parameters, in float32, have their `grad`.
        whole: The batch whose parts are computed.
    """

    def __init__(self, layer: BatchNorm, whole: WholeBatch) -> None:
        self._layer, self._whole = layer, whole
        self._weight, self._bias = layer.weight.detach(), layer.bias.detach()
        self._gradients = cast(Tensor, layer.weight.grad), cast(Tensor, layer.bias.grad)
        self._running = cast(Tensor, layer.running_mean), cast(Tensor, layer.running_var)
        self._batches_seen = cast(Tensor, layer.num_batches_tracked)
        self._momentum, self._epsilon = cast(float, layer.momentum), layer.eps
        self._saved: list[Tensor] = []
        self._is_training = True
        self._normalization: Normalization | None = None
        self._inputs = self._weight

    @staticmethod
    def supports(layer: BatchNorm) -> bool:
        return layer.affine and layer.track_running_stats and layer.momentum is not None

    def forward(self, inputs: Tensor) -> Tensor:
        self._inputs = inputs
        if self._whole.is_divided:
            self._normalization = Normalization(inputs, self._layer, self._whole)
            return self._normalization.outputs(inputs, self._weight, self._bias)
        self._normalization = None
        self._is_training = inputs.dim() > 2 or len(inputs) > 1
        self._batches_seen.add_(self._is_training)
        outputs, *self._saved = torch.native_batch_norm(
            inputs, self._weight, self._bias, *self._running, self._is_training, self._momentum, self._epsilon
        )
        return outputs

    def backward(self, gradient: Tensor) -> Tensor:
        if self._normalization is not None:
            by_inputs, *by_parameters = self._normalization.gradients(gradient, self._inputs, self._weight)
        else:
            by_inputs, *by_parameters = aten.native_batch_norm_backward(
                *(gradient, self._inputs, self._weight, *self._running, *self._saved),
                *(self._is_training, self._epsilon, [True, True, True]),
            )
        for written, new in zip(self._gradients, by_parameters, strict=True):
            written.copy_(new)
        return by_inputs


class ManualMaxPool2d(ManualLayer):
    """Max-pooling."""

    def __init__(self, layer: nn.MaxPool2d) -> None:
        sizes = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
        self._window = [[size, size] if isinstance(size, int) else list(size) for size in sizes]
        self._rounds_up = layer.ceil_mode
        self._inputs = self._indices = torch.empty(0)

    @staticmethod
    def supports(layer: nn.MaxPool2d) -> bool:
        return not layer.return_indices

    def forward(self, inputs: Tensor) -> Tensor:
        self._inputs = inputs
        outputs, self._indices = aten.max_pool2d_with_indices(inputs, *self._window, self._rounds_up)
        return cast(Tensor, outputs)

    def backward(self, gradient: Tensor) -> Tensor:
        by_inputs = aten.max_pool2d_with_indices_backward(
            gradient, self._inputs, *self._window, self._rounds_up, self._indices
        )
        return cast(Tensor, by_inputs)
