"""The weights of convolutions and fully connected layers in the precision that they are computed in."""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn


class Weights(NamedTuple):
    """A layer's parameters, and where their gradients are written to."""

    weight: Tensor
    weight_gradient: Tensor
    bias: Tensor | None
    bias_gradient: Tensor | None


class ComputeWeights:
    """Copies of layers' float32 weights in another precision; in float32 they are the layers' own.

    Args:
        dtype: The precision.
        logits_layer: The layer that is always computed in float32.
        threads: Number of threads that compute with them.

    Attributes:
        dtype: The precision.
        threads: Number of threads that compute with them.
    """

    def __init__(self, dtype: torch.dtype, logits_layer: nn.Module, threads: int = 1) -> None:
        self.dtype = dtype
        self.threads = threads
        self._logits_layer = logits_layer
        self._layers: dict[nn.Module, Weights] = {}
        self._masters: list[Tensor] = []
        self._copies: list[Tensor] = []
        self._gradients: list[Tensor] = []
        self._computed: list[Tensor] = []

    def of(self, layer: nn.Conv2d | nn.Linear) -> Weights:
        """Return a layer's weights in this precision; the layer's parameters have their `grad`."""
        if self.dtype == torch.float32 or layer is self._logits_layer:
            return _own(layer)
        if layer not in self._layers:
            self._layers[layer] = self._copied(layer)
        return self._layers[layer]

    def load(self) -> None:
        """Take the weights from the layers, before a forward pass."""
        if self._masters:
            torch._foreach_copy_(self._copies, self._masters)

    def store_gradients(self) -> None:
        """Write the gradients to the layers', after a backward pass."""
        if self._masters:
            torch._foreach_copy_(self._gradients, self._computed)

    def _copied(self, layer: nn.Conv2d | nn.Linear) -> Weights:
        own = _own(layer)
        weight = self._copy(own.weight, own.weight_gradient)
        if own.bias is None or own.bias_gradient is None:
            return Weights(*weight, None, None)
        return Weights(*weight, *self._copy(own.bias, own.bias_gradient))

    def _copy(self, master: Tensor, gradient: Tensor) -> tuple[Tensor, Tensor]:
        """Return a parameter in this precision, and what its gradient is computed into."""
        copy, computed = master.to(self.dtype), torch.zeros_like(gradient, dtype=self.dtype)
        self._masters.append(master)
        self._copies.append(copy)
        self._gradients.append(gradient)
        self._computed.append(computed)
        return copy, computed


def _own(layer: nn.Conv2d | nn.Linear) -> Weights:
    """Return a layer's own weights, in float32."""
    bias = layer.bias
    return Weights(
        layer.weight.detach(),
        cast(Tensor, layer.weight.grad),
        None if bias is None else bias.detach(),
        None if bias is None else bias.grad,
    )
