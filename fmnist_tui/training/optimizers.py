"""The optimizers: torch's fused kernels on one flat tensor of all parameters.

`torch.optim` loops over the parameters in Python and checks each, which takes longer than a small network's arithmetic.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.training.flat_parameters import FlatParameters

BETAS = (0.9, 0.999)
EPSILON = 1e-8
SQUARES_DECAY = 0.99

Rate = float | Tensor
"""A learning rate; a scalar on the device where a CUDA graph reads it."""


class Optimizer(ABC):
    """Updates all parameters by their gradients.

    Attributes:
        moments: The state that the next step needs, by name: tensors like `flat.values`.
        steps: Steps done, as the float32 scalar on the device that the fused kernels take.
    """

    def __init__(self, config: RunConfig, flat: FlatParameters) -> None:
        self._config = config
        self._flat = flat
        self.moments = {name: torch.zeros_like(flat.values) for name in moment_names(config)}
        self.steps = torch.zeros((), device=flat.values.device)

    @abstractmethod
    def step(self, rate: Rate) -> None:
        """Update the parameters once, by their current gradients."""


class Adam(Optimizer):
    """adam: D. P. Kingma and J. Ba, "Adam" (2015), with L2 regularization as in torch.

    adamw: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019).
    """

    def step(self, rate: Rate) -> None:
        self.steps.add_(1)
        tensors = (self._flat.values, self._flat.gradients, *self.moments.values())
        decoupled = self._config.optimizer == "adamw"
        kernel: Callable[..., None] = torch._fused_adamw_ if decoupled else torch._fused_adam_
        kernel(
            *([tensor] for tensor in tensors),
            [],
            [self.steps],
            lr=rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            eps=EPSILON,
            weight_decay=self._config.weight_decay,
            amsgrad=False,
            maximize=False,
        )


class Sgd(Optimizer):
    """Stochastic gradient descent with momentum and L2 regularization."""

    def step(self, rate: Rate) -> None:
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
            is_first_step=False,  # with a buffer of zeros the first step is like all others
        )


class RmsProp(Optimizer):
    """T. Tieleman and G. Hinton, "Lecture 6.5: rmsprop" (2012), with momentum and L2 regularization as in torch."""

    def step(self, rate: Rate) -> None:
        gradients = self._flat.gradients
        if self._config.weight_decay:
            gradients.add_(self._flat.values, alpha=self._config.weight_decay)
        squares = self.moments["square_avg"]
        squares.mul_(SQUARES_DECAY).addcmul_(gradients, gradients, value=1 - SQUARES_DECAY)
        change = gradients / squares.sqrt().add_(EPSILON)
        if self._config.momentum:
            change = self.moments["momentum_buffer"].mul_(self._config.momentum).add_(change)
        if isinstance(rate, Tensor):
            self._flat.values.addcmul_(change, rate, value=-1.0)
        else:
            self._flat.values.add_(change, alpha=-rate)


def moment_names(config: RunConfig) -> tuple[str, ...]:
    """Return the names of the tensors that the config's optimizer stores, each as large as all parameters."""
    momentum = ("momentum_buffer",) if config.momentum else ()
    adam = ("exp_avg", "exp_avg_sq")
    return {"adam": adam, "adamw": adam, "sgd": momentum, "rmsprop": ("square_avg", *momentum)}[config.optimizer]


def build_optimizer(config: RunConfig, flat: FlatParameters) -> Optimizer:
    """Return the optimizer that the config names, for all parameters."""
    kinds: Mapping[str, type[Optimizer]] = {"adam": Adam, "adamw": Adam, "sgd": Sgd, "rmsprop": RmsProp}
    return kinds[config.optimizer](config, flat)
