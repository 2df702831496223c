"""Fully connected layers, activation, dropout and flattening with manual backpropagation."""

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_tui.training.gradients.compute_weights import Weights
from fmnist_tui.training.gradients.manual_layer import InputLayer, ManualLayer
from fmnist_tui.training.gradients.row_blocks import RowBlocks
from fmnist_tui.training.gradients.whole_batch import WholeBatch


class ManualLinear(ManualLayer, InputLayer):
    """A fully connected layer; as the input layer, it flattens the images first.

    Args:
        weights: Its parameters in the precision that it is computed in; the gradients are written to in place.
        batch: Images in a batch.
        threads: Number of threads that compute it.
        gives_logits: Whether its outputs are returned to the caller, so that the next batch must not overwrite them.
            They lie in memory class by class then: MKL computes ten rows up to twice as fast as ten columns.
    """

    def __init__(self, weights: Weights, batch: int, threads: int, *, gives_logits: bool) -> None:
        self._weight, self._weight_gradient, self._bias, self._bias_gradient = weights
        outputs, inputs = self._weight.shape
        self._transposed = self._weight.t()
        self._gives_logits = gives_logits
        self._inputs = self._weight
        in_blocks = not gives_logits and RowBlocks.fit(self._weight, threads)
        self._blocks = RowBlocks(self._weight, batch, threads) if in_blocks else None
        self._outputs = None if gives_logits or in_blocks else self._weight.new_empty(batch, outputs)
        self._input_gradient = self._weight.new_empty(batch, inputs)
        self._input_type = self._weight.dtype

    def forward(self, inputs: Tensor) -> Tensor:
        self._input_type = inputs.dtype
        self._inputs = _converted(inputs.flatten(1), self._weight.dtype)
        if self._blocks is not None:
            return self._blocks.outputs(self._inputs, self._bias)
        if self._gives_logits:
            return self._logits().t()
        if self._bias is None:
            return torch.mm(self._inputs, self._transposed, out=self._outputs)
        return torch.addmm(self._bias, self._inputs, self._transposed, out=self._outputs)

    def _logits(self) -> Tensor:
        """Return the outputs with a row for each class."""
        if self._bias is None:
            return torch.mm(self._weight, self._inputs.t())
        return torch.addmm(self._bias.unsqueeze(1), self._weight, self._inputs.t())

    def backward(self, gradient: Tensor) -> Tensor:
        self.finish(gradient)
        return _converted(torch.mm(gradient, self._weight, out=self._input_gradient), self._input_type)

    def finish(self, gradient: Tensor) -> None:
        if self._blocks is not None:
            self._blocks.write_weight_gradient(gradient, self._inputs, self._weight_gradient)
        else:
            torch.mm(gradient.t(), self._inputs, out=self._weight_gradient)
        if self._bias_gradient is not None:
            torch.sum(gradient, 0, out=self._bias_gradient)


class ManualLeakyReLU(ManualLayer):
    """Leaky ReLU with a positive slope, in place."""

    def __init__(self, slope: float) -> None:
        self._slope = slope
        self._outputs = torch.empty(0)

    def forward(self, inputs: Tensor) -> Tensor:
        self._outputs = functional.leaky_relu_(inputs, self._slope)
        return self._outputs

    def backward(self, gradient: Tensor) -> Tensor:
        # The slope is positive, so the outputs have the signs of the inputs that they overwrote.
        torch.ops.aten.leaky_relu_backward.grad_input(gradient, self._outputs, self._slope, True, grad_input=gradient)
        return gradient


class ManualDropout(ManualLayer):
    """Dropout, with the same random numbers as `nn.Dropout`."""

    def __init__(self, probability: float, whole: WholeBatch) -> None:
        self._keep_probability = 1.0 - probability
        self._whole = whole
        self._mask = torch.empty(0)

    def forward(self, inputs: Tensor) -> Tensor:
        if self._whole.is_divided:
            self._mask = self._whole.dropout_mask(inputs, self._draw)
        else:
            self._mask = self._draw(torch.empty_like(inputs))
        return inputs.mul_(self._mask)

    def _draw(self, mask: Tensor) -> Tensor:
        return mask.bernoulli_(self._keep_probability).div_(self._keep_probability)

    def backward(self, gradient: Tensor) -> Tensor:
        return gradient.mul_(self._mask)


class ManualFlatten(ManualLayer):
    """Flattening of maps [b, …] to vectors [b, n]."""

    def __init__(self) -> None:
        self._maps = torch.empty(0)

    def forward(self, inputs: Tensor) -> Tensor:
        self._maps = inputs
        return inputs.flatten(1)

    def backward(self, gradient: Tensor) -> Tensor:
        # Back into the memory layout of the maps: kernels are slow where two layouts meet.
        return torch.empty_like(self._maps).copy_(gradient.view(self._maps.shape))


def _converted(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the tensor in a precision; `Tensor.to` takes 2 µs even if that is its own."""
    return tensor if tensor.dtype == dtype else tensor.to(dtype)
