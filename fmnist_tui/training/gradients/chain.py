"""The gradients of a chain of known layers, by the chain rule written out.

The arithmetic is autograd's, most of it by the same kernels. What falls away is all around it: no graph is recorded,
little is allocated, activations overwrite what they were made from. On batches of 32 to 64 images that is more than
half of a fully connected network's step.
"""

from typing import cast

from torch import Tensor, nn

from fmnist_tui.training.gradients.convolutional import BatchNormLink, ConvolutionLink, MaxPoolLink
from fmnist_tui.training.gradients.dense import DropoutLink, FirstLinear, FlattenLink, LeakyReluLink, LinearLink
from fmnist_tui.training.gradients.folded import FoldedConvolution
from fmnist_tui.training.gradients.link import FirstLink, Link
from fmnist_tui.training.gradients.loss import SmoothedCrossEntropy


class ChainGradients:
    """Forward and backward through layers that have a closed form, in training mode and float32.

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
        """Whether the network is such a chain: a first layer for images, known ones, and a linear layer at the end."""
        begun = _images_taken_by(network)
        layers = list(network)[begun:]
        last = network[-1]
        return (
            begun > 0 and all(map(_has_closed_form, layers)) and isinstance(last, nn.Linear) and _has_closed_form(last)
        )

    def __call__(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Loss (a scalar) and logits (float [b, 10]) of images [b, …] with int64 labels [b]; leaves the gradients."""
        batch = len(labels)
        chain = self._chains.get(batch)
        if chain is None:
            chain = self._chains[batch] = _Chain(self._network, batch, self._label_smoothing)
        return chain.run(images, labels)


class _Chain:
    """The layers with their working memory for batches of one size."""

    def __init__(self, network: nn.Sequential, batch: int, label_smoothing: float) -> None:
        last = cast(nn.Linear, network[-1])
        self._first = _first_link(network, batch)
        self._links = [_linked(layer, batch, last) for layer in list(network)[_images_taken_by(network) :]]
        self._backward = self._links[::-1]
        self._loss = SmoothedCrossEntropy(batch, last, label_smoothing)

    def run(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        activations = self._first.forward(images)
        for link in self._links:
            activations = link.forward(activations)
        loss, gradient = self._loss.run(activations, labels)
        for link in self._backward:
            gradient = link.backward(gradient)
        self._first.finish(gradient)
        return loss, activations


def _images_taken_by(network: nn.Sequential) -> int:
    """How many layers, together, take the images in; 0 where they have no closed form."""
    match list(network)[:2]:
        case [nn.Flatten(), nn.Linear(bias=nn.Parameter())]:
            return 2
        case [convolution, normalization] if FoldedConvolution.fits(convolution, normalization):
            return 2
    return 0


def _first_link(network: nn.Sequential, batch: int) -> FirstLink:
    match network[0], network[1]:
        case nn.Flatten(), nn.Linear() as layer:
            return FirstLinear(layer, batch, gives_logits=layer is network[-1])
        case nn.Conv2d() as convolution, nn.BatchNorm2d() as normalization:
            return FoldedConvolution(convolution, normalization)
    raise TypeError(f"no closed form for {type(network[0]).__name__}")


def _has_closed_form(layer: nn.Module) -> bool:
    match layer:
        case nn.Linear():
            return layer.bias is not None
        case nn.LeakyReLU():
            return layer.negative_slope > 0
        case nn.Dropout() | nn.Flatten():
            return True
        case nn.Conv2d():
            return ConvolutionLink.fits(layer)
        case nn.BatchNorm2d():
            return BatchNormLink.fits(layer)
        case nn.MaxPool2d():
            return MaxPoolLink.fits(layer)
    return False


def _linked(layer: nn.Module, batch: int, last: nn.Linear) -> Link:
    match layer:
        case nn.Linear():
            return LinearLink(layer, batch, gives_logits=layer is last)
        case nn.LeakyReLU():
            return LeakyReluLink(layer.negative_slope)
        case nn.Dropout():
            return DropoutLink(layer.p)
        case nn.Flatten():
            return FlattenLink()
        case nn.Conv2d():
            return ConvolutionLink(layer)
        case nn.BatchNorm2d():
            return BatchNormLink(layer)
        case nn.MaxPool2d():
            return MaxPoolLink(layer)
    raise TypeError(f"no closed form for {type(layer).__name__}")
