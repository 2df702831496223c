"""The gradients of a sequence of known layers, by the chain rule written out.

The arithmetic is autograd's, most of it by the same kernels, but no graph is recorded, little is allocated, and
activations overwrite their inputs. On batches of 32 to 64 images that saves more than half of a fully connected
network's step. In the CNN, autograd around `FusedConvBatchNorm` and PyTorch's other layers gave the same
bits, but 0.94× the steps per second (batches of 128, 1 thread, AVX2, medians of 60 rounds).
"""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.training.collective import SingleProcess
from fmnist_tui.training.gradients.compute_weights import ComputeWeights
from fmnist_tui.training.gradients.convolutional import ManualBatchNorm, ManualConv2d, ManualMaxPool2d
from fmnist_tui.training.gradients.dense import ManualDropout, ManualFlatten, ManualLeakyReLU, ManualLinear
from fmnist_tui.training.gradients.fused_conv_batch_norm import FusedConvBatchNorm
from fmnist_tui.training.gradients.manual_layer import InputLayer, ManualLayer
from fmnist_tui.training.gradients.whole_batch import WholeBatch

INPUT_LAYERS = 2
"""Layers of the network that the input layer replaces."""


class ManualBackprop:
    """Forward and backward pass through supported layers, in training mode.

    In another precision than float32, it is that of convolutions and fully connected layers and of what is between all
    layers; the logits, the loss, statistics, and the weights that the optimizer updates stay in float32.

    Args:
        network: Its parameters have their `grad`, which is written to in place.
        label_smoothing: Share of the target that is spread over all classes.
        whole: The batch whose parts are computed.
        dtype: The precision.
        threads: Number of threads that compute.
    """

    def __init__(
        self,
        network: nn.Sequential,
        label_smoothing: float,
        whole: WholeBatch,
        dtype: torch.dtype = torch.float32,
        threads: int = 1,
    ) -> None:
        self._weights = ComputeWeights(dtype, network[-1], threads)
        self._network = network
        self._label_smoothing = label_smoothing
        self._whole = whole
        self._sequences: dict[tuple[int, int], _Sequence] = {}

    @staticmethod
    def supports(network: nn.Sequential) -> bool:
        """Return whether the network is an input layer, supported layers, and a linear layer at the end."""
        last, any_batch, own = network[-1], WholeBatch(SingleProcess()), ComputeWeights(torch.float32, network[-1])
        are_supported = all(_manual_layer(layer, 1, last, any_batch, own) for layer in (*network[INPUT_LAYERS:], last))
        return isinstance(last, nn.Linear) and are_supported and _input_layer(network, 1, any_batch, own) is not None

    def __call__(self, images: Tensor, labels: Tensor, batch: int) -> tuple[Tensor, Tensor]:
        """Return loss (a scalar) and logits (float [b, 10]) of images [b, …] with labels [b]; write the gradients."""
        self._whole.size = batch
        sizes = len(labels), batch
        sequence = self._sequences.get(sizes)
        if sequence is None:
            sequence = self._sequences[sizes] = _Sequence(
                self._network, sizes, self._label_smoothing, self._whole, self._weights
            )
        self._weights.load()
        loss, logits = sequence.run(images, labels)
        self._weights.store_gradients()
        return loss, logits


class _Sequence:
    """The layers and the loss, with their working memory for batches of one size.

    The loss is computed in the memory layout of the logits, class by class: kernels then work on many images at once.

    Args:
        network: The layers.
        sizes: Images that this process computes, and images in the whole batch.
        label_smoothing: Share of the target that is spread over all classes.
        whole: The batch whose part is computed.
        weights: In the precision that is computed in.
    """

    def __init__(
        self,
        network: nn.Sequential,
        sizes: tuple[int, int],
        label_smoothing: float,
        whole: WholeBatch,
        weights: ComputeWeights,
    ) -> None:
        last, (batch, whole_batch) = cast(nn.Linear, network[-1]), sizes
        self._first = cast(InputLayer, _input_layer(network, batch, whole, weights))
        self._layers = [
            cast(ManualLayer, _manual_layer(layer, batch, last, whole, weights)) for layer in network[INPUT_LAYERS:]
        ]
        self._backward = self._layers[::-1]
        self._classes = last.out_features
        self._smoothing = label_smoothing
        self._gradient = last.weight.new_empty(self._classes, batch)
        self._minus_target = last.weight.new_full((1, batch), label_smoothing - 1.0)
        self._whole_batch = last.weight.new_tensor(whole_batch)  # a tensor: torch takes longer to divide by a number

    def run(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        activations = self._first.forward(images)
        for layer in self._layers:
            activations = layer.forward(activations)
        loss, gradient = self._loss(activations, labels)
        for layer in self._backward:
            gradient = layer.backward(gradient)
        self._first.finish(gradient)
        return loss, activations

    def _loss(self, logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss as `functional.cross_entropy` does, and its gradient, which the next call overwrites."""
        log_probabilities = torch.log_softmax(logits.t(), 0)
        loss = functional.nll_loss(log_probabilities.t(), labels)
        gradient = torch.exp(log_probabilities, out=self._gradient)
        if self._smoothing:
            loss = loss.mul_(1.0 - self._smoothing).sub_(log_probabilities.mean(), alpha=self._smoothing)
            gradient.sub_(self._smoothing / self._classes)
        gradient.scatter_add_(0, labels.unsqueeze(0), self._minus_target)
        return loss, gradient.div_(self._whole_batch).t()


def _input_layer(network: nn.Sequential, batch: int, whole: WholeBatch, weights: ComputeWeights) -> InputLayer | None:
    """Return the layer that replaces the first `INPUT_LAYERS`; None if they are not supported."""
    match list(network)[:INPUT_LAYERS]:
        case [nn.Flatten(), nn.Linear() as layer]:
            return ManualLinear(weights.of(layer), batch, weights.threads, gives_logits=layer is network[-1])
        case [nn.Conv2d() as convolution, nn.BatchNorm2d() as normalization] if FusedConvBatchNorm.supports(
            convolution, normalization
        ):
            return FusedConvBatchNorm(convolution, normalization, whole, weights.dtype)
    return None


def _manual_layer(
    layer: nn.Module, batch: int, last: nn.Module, whole: WholeBatch, weights: ComputeWeights
) -> ManualLayer | None:
    """Return the layer with manual backpropagation; None if it is not supported."""
    match layer:
        case nn.Linear():
            return ManualLinear(weights.of(layer), batch, weights.threads, gives_logits=layer is last)
        case nn.LeakyReLU() if layer.negative_slope > 0:
            return ManualLeakyReLU(layer.negative_slope)
        case nn.Dropout():
            return ManualDropout(layer.p, whole)
        case nn.Flatten():
            return ManualFlatten()
        case nn.Conv2d() if ManualConv2d.supports(layer):
            return ManualConv2d(layer, weights.of(layer))
        case nn.BatchNorm1d() | nn.BatchNorm2d() if ManualBatchNorm.supports(layer):
            return ManualBatchNorm(layer, whole)
        case nn.MaxPool2d() if ManualMaxPool2d.supports(layer):
            return ManualMaxPool2d(layer)
    return None
