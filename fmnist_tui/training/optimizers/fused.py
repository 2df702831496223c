"""Adam, SGD and RMSprop on one flat tensor of all parameters."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from fmnist_tui.training.optimizers.optimizer import Optimizer, Rate

BETAS = (0.9, 0.999)
EPSILON = 1e-8
SQUARES_DECAY = 0.99


class Adam(Optimizer):
    """adam: D. P. Kingma and J. Ba, "Adam" (2015), with L2 regularization as in torch.

    adamw: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019).
    """

    def step(self, rate: Rate) -> None:
        self.steps.add_(self._one)
        tensors = [[tensor] for tensor in (self._flat.values, self._flat.gradients, *self.moments.values())]
        kernel = torch._fused_adamw_ if self._config.optimizer == "adamw" else torch._fused_adam_
        adam(kernel, tensors, self.steps, rate, self._config.weight_decay)


def adam(
    kernel: Callable[..., None], tensors: Sequence[list[Tensor]], steps: Tensor, rate: Rate, weight_decay: float
) -> None:
    """Update parameters by one of torch's fused kernels of Adam.

    Args:
        kernel: The kernel.
        tensors: Parameters, their gradients, and the averages of gradients and squared gradients, which are updated.
        steps: Steps done, this one included.
        rate: Learning rate.
        weight_decay: Its meaning depends on the kernel.
    """
    kernel(
        *tensors,
        [],
        [steps] * len(tensors[0]),
        lr=rate,
        beta1=BETAS[0],
        beta2=BETAS[1],
        eps=EPSILON,
        weight_decay=weight_decay,
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
        self._descend(change, rate)
