"""A layer of a chain whose forward and backward pass are written out."""

from abc import ABC, abstractmethod

from torch import Tensor


class Link(ABC):
    """Remembers of its forward pass what its backward pass needs; in training mode and float32."""

    @abstractmethod
    def forward(self, inputs: Tensor) -> Tensor:
        """The layer's outputs; may overwrite its inputs if those came from another layer."""

    @abstractmethod
    def backward(self, gradient: Tensor) -> Tensor:
        """From the gradient by its outputs to that by its inputs; may overwrite the former."""


class FirstLink(ABC):
    """A link that images go into. It leaves them whole, and nobody wants the gradient by them."""

    @abstractmethod
    def forward(self, images: Tensor) -> Tensor:
        """The layer's outputs."""

    @abstractmethod
    def finish(self, gradient: Tensor) -> None:
        """Leaves the layer's gradients, from that by its outputs."""
