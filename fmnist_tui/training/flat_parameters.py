"""All parameters of a network in one tensor, and all gradients in another, so that one kernel updates them all."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

ALIGNMENT = 16
"""Numbers in a cache line; each parameter starts at a multiple, where matrix products are faster."""


class FlatParameters:
    """Move a network's parameters into one tensor; each becomes a view of its part with the same memory layout.

    The network must be on its device and in its memory format before, and must not be moved afterwards.

    Attributes:
        values: float32 [n], the parameters one after another, with zeros between them.
        gradients: float32 [n] in the same order; each parameter's `grad` is a view of it.
    """

    def __init__(self, network: nn.Module) -> None:
        self._parameters = dict(network.named_parameters())
        self._offsets: dict[str, int] = {}
        size = 0
        for name, parameter in self._parameters.items():
            self._offsets[name] = size
            size += -(-parameter.numel() // ALIGNMENT) * ALIGNMENT
        self.values = torch.zeros(size, device=next(iter(self._parameters.values())).device)
        self.gradients = torch.zeros_like(self.values)
        for (name, values), (_, gradient) in zip(self.parts(self.values), self.parts(self.gradients), strict=True):
            values.copy_(self._parameters[name].detach())
            self._parameters[name].data = values
            self._parameters[name].grad = gradient

    def parts(self, flat: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each parameter's name and its part of `flat`, a tensor like `values`."""
        for name, parameter in self._parameters.items():
            yield name, flat.as_strided(parameter.shape, parameter.stride(), self._offsets[name])
