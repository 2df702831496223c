"""The optimizers: one fused pass over all parameters at once.

torch's own `Optimizer.step` walks a list of parameters in Python and checks each; on small networks that takes longer
than the arithmetic. These call the same fused kernels, on one flat tensor.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.training.flat_parameters import FlatParameters

BETAS = (0.9, 0.999)
EPSILON = 1e-8
SQUARES_KEPT = 0.99


class Optimizer(ABC):
    """Changes all parameters by their gradients, and remembers what the next step needs.

    Attributes:
        moments: What it remembers, by name: tensors like `flat.values`.
        steps: Steps done; a float32 scalar on the device, as the fused kernels want it.
    """

    def __init__(self, config: RunConfig, flat: FlatParameters) -> None:
        self._config = config
        self._flat = flat
        self.moments: Mapping[str, Tensor] = {name: torch.zeros_like(flat.values) for name in self._names()}
        self.steps = torch.zeros((), device=flat.values.device)

    @abstractmethod
    def _names(self) -> tuple[str, ...]:
        """Of the moments."""

    @abstractmethod
    def step(self, rate: float) -> None:
        """One step with this learning rate, by the gradients that are there."""


class Adam(Optimizer):
    """D. P. Kingma and J. Ba, "Adam" (2015), with L2 regularization as torch does it."""

    _kernel: ClassVar[Callable[..., None]] = staticmethod(torch._fused_adam_)

    def __init__(self, config: RunConfig, flat: FlatParameters) -> None:
        super().__init__(config, flat)
        averages, squares = self.moments.values()
        self._tensors: tuple[list[Tensor], ...] = (
            [flat.values],
            [flat.gradients],
            [averages],
            [squares],
            [],
            [self.steps],
        )
        self._constants = {
            "beta1": BETAS[0],
            "beta2": BETAS[1],
            "eps": EPSILON,
            "weight_decay": config.weight_decay,
            "amsgrad": False,
            "maximize": False,
        }

    def _names(self) -> tuple[str, ...]:
        return "exp_avg", "exp_avg_sq"

    def step(self, rate: float) -> None:
        self.steps.add_(1)
        self._kernel(*self._tensors, lr=rate, **self._constants)


class AdamW(Adam):
    """I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019)."""

    _kernel: ClassVar[Callable[..., None]] = staticmethod(torch._fused_adamw_)


class Sgd(Optimizer):
    """Stochastic gradient descent with momentum and L2 regularization."""

    def _names(self) -> tuple[str, ...]:
        return ("momentum_buffer",) if self._config.momentum else ()

    def step(self, rate: float) -> None:
        torch._fused_sgd_(
            [self._flat.values],
            [self._flat.gradients],
            list(self.moments.values()),
            lr=rate,
            momentum=self._config.momentum,
            weight_decay=self._config.weight_decay,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,  # a buffer of zeros makes the first step like all others
        )


class RmsProp(Optimizer):
    """T. Tieleman and G. Hinton, "Lecture 6.5: rmsprop" (2012), with momentum and L2 as torch does it."""

    def _names(self) -> tuple[str, ...]:
        return ("square_avg", "momentum_buffer") if self._config.momentum else ("square_avg",)

    def step(self, rate: float) -> None:
        gradients = self._flat.gradients
        if self._config.weight_decay:
            gradients.add_(self._flat.values, alpha=self._config.weight_decay)
        squares = self.moments["square_avg"]
        squares.mul_(SQUARES_KEPT).addcmul_(gradients, gradients, value=1 - SQUARES_KEPT)
        change = gradients / squares.sqrt().add_(EPSILON)
        if self._config.momentum:
            change = self.moments["momentum_buffer"].mul_(self._config.momentum).add_(change)
        self._flat.values.add_(change, alpha=-rate)


def build_optimizer(config: RunConfig, flat: FlatParameters) -> Optimizer:
    """The optimizer that the config names, over all of the network's parameters."""
    kinds: Mapping[str, type[Optimizer]] = {"adam": Adam, "adamw": AdamW, "sgd": Sgd, "rmsprop": RmsProp}
    return kinds[config.optimizer](config, flat)
