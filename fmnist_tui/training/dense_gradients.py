"""The gradients of a chain of fully connected layers, by the chain rule written out.

The arithmetic is autograd's, done by the same kernels. What falls away is all around it: no graph is recorded, nothing
is allocated, activations overwrite what they were made from. On batches of 32 to 64 images that is more than half of a
step's time.
"""

from abc import ABC, abstractmethod
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional


class DenseGradients:
    """Forward and backward through flatten, linear, leaky ReLU and dropout layers, in training mode and float32.

    Args:
        network: Parameters that have their `grad` already; it is written to in place.
        label_smoothing: Share of the target that is spread over all classes.
    """

    def __init__(self, network: nn.Sequential, label_smoothing: float) -> None:
        self._network = network
        self._label_smoothing = label_smoothing
        self._chains: dict[int, _Chain] = {}

    @staticmethod
    def fit(network: nn.Sequential) -> bool:
        """Whether the network is such a chain: flattened first, linear at the end."""
        first, *layers = network
        return (
            isinstance(first, nn.Flatten)
            and all(_has_closed_form(layer) for layer in layers)
            and isinstance(layers[0], nn.Linear)
            and isinstance(layers[-1], nn.Linear)
        )

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (a scalar) and logits (float [b, 10]) of images [b, …] with int64 labels [b]; leaves the gradients."""
        batch = len(labels)
        chain = self._chains.get(batch)
        if chain is None:
            chain = self._chains[batch] = _Chain(self._network, batch, self._label_smoothing)
        return chain.run(images.view(batch, -1), labels)


class _Chain:
    """The layers with their working memory for batches of one size."""

    def __init__(self, network: nn.Sequential, batch: int, label_smoothing: float) -> None:
        parts = [_linked(layer, batch) for layer in network[1:]]
        cast(_Linear, parts[0]).feeds_images()
        cast(_Linear, parts[-1]).gives_logits()
        self._forward = parts
        self._backward = parts[::-1]
        self._loss = _SmoothedCrossEntropy(batch, cast(nn.Linear, network[-1]), label_smoothing)

    def run(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        activations = images
        for part in self._forward:
            activations = part.forward(activations)
        loss, gradient = self._loss.run(activations, labels)
        for part in self._backward:
            gradient = part.backward(gradient)
        return loss, activations


class _Link(ABC):
    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """The layer's outputs; may overwrite its inputs if those came from another layer."""

    @abstractmethod
    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient by its outputs to that by its inputs; may overwrite the former."""


def _has_closed_form(layer: nn.Module) -> bool:
    match layer:
        case nn.Linear():
            return layer.bias is not None
        case nn.LeakyReLU():
            return layer.negative_slope > 0
        case nn.Dropout():
            return True
    return False


def _linked(layer: nn.Module, batch: int) -> _Link:
    match layer:
        case nn.Linear():
            return _Linear(layer, batch)
        case nn.LeakyReLU():
            return _LeakyRelu(layer.negative_slope)
        case nn.Dropout():
            return _Dropout(layer.p)
    raise TypeError(f"no closed form for {type(layer).__name__}")


class _Linear(_Link):
    def __init__(self, layer: nn.Linear, batch: int) -> None:
        self._weight, self._bias = layer.weight.detach(), layer.bias.detach()
        self._transposed = self._weight.t()
        self._weight_gradient, self._bias_gradient = cast(Tensor, layer.weight.grad), cast(Tensor, layer.bias.grad)
        self._inputs = self._weight
        self._outputs: Tensor | None = self._weight.new_empty(batch, layer.out_features)
        self._input_gradient: Tensor | None = self._weight.new_empty(batch, layer.in_features)

    def feeds_images(self) -> None:
        """Nobody wants the gradient by the images."""
        self._input_gradient = None

    def gives_logits(self) -> None:
        """The outputs are handed out, and must not be overwritten by the next batch's."""
        self._outputs = None

    def forward(self, inputs: Tensor) -> Tensor:
        self._inputs = inputs
        return torch.addmm(self._bias, inputs, self._transposed, out=self._outputs)

    def backward(self, gradient: Tensor) -> Tensor:
        torch.mm(gradient.t(), self._inputs, out=self._weight_gradient)
        torch.sum(gradient, 0, out=self._bias_gradient)
        if self._input_gradient is None:
            return gradient
        return torch.mm(gradient, self._weight, out=self._input_gradient)


class _LeakyRelu(_Link):
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


class _Dropout(_Link):
    """Draws from torch's global generator what `nn.Dropout` would."""

    def __init__(self, probability: float) -> None:
        self._kept = 1.0 - probability
        self._mask = torch.empty(0)

    def forward(self, inputs: Tensor) -> Tensor:
        self._mask = torch.empty_like(inputs).bernoulli_(self._kept).div_(self._kept)
        return inputs.mul_(self._mask)

    def backward(self, gradient: Tensor) -> Tensor:
        return gradient.mul_(self._mask)


class _SmoothedCrossEntropy:
    """The mean cross-entropy of a batch, as `functional.cross_entropy` gives it, and its gradient by the logits."""

    def __init__(self, batch: int, last: nn.Linear, smoothing: float) -> None:
        self._smoothing = smoothing
        self._batch, self._classes = batch, last.out_features
        self._gradient = last.weight.new_empty(batch, self._classes)
        self._minus_target = last.weight.new_full((batch, 1), smoothing - 1.0)

    def run(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        log_probabilities = torch.log_softmax(logits, 1)
        loss = functional.nll_loss(log_probabilities, labels)
        gradient = torch.exp(log_probabilities, out=self._gradient)
        if self._smoothing:
            loss = loss.mul_(1.0 - self._smoothing).sub_(log_probabilities.mean(), alpha=self._smoothing)
            gradient.sub_(self._smoothing / self._classes)
        gradient.scatter_add_(1, labels.unsqueeze(1), self._minus_target)
        return loss, gradient.div_(self._batch)
