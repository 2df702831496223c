"""A layer whose forward and backward pass are written out."""

from abc import ABC, abstractmethod

from torch import Tensor


class ManualLayer(ABC):
    """Stores in its forward pass what its backward pass needs; in training mode."""

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """Return the layer's outputs; may overwrite its inputs."""

    @abstractmethod
    def backward(self, gradient: Tensor) -> Tensor:
        """Return dL/dinputs given dL/doutputs, whose memory it may reuse; write the parameters' gradients."""


class InputLayer(ABC):
    """The first layer: it does not overwrite the images and needs no gradient with respect to them."""

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """Return the layer's outputs for images [b, 1, 28, 28]."""

    @abstractmethod
    def finish(self, gradient: Tensor) -> None:
        """Write the parameters' gradients given dL/doutputs."""
