"""What all optimizers have in common."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.training.flat_parameters import FlatParameters

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
        self._one = torch.ones_like(self.steps)  # torch takes longer to add a number

    @abstractmethod
    def step(self, rate: Rate) -> None:
        """Update the parameters once, by their current gradients."""

    def _descend(self, change: Tensor, rate: Rate) -> None:
        """Subtract a change, like `flat.values`, times the rate from the parameters."""
        if isinstance(rate, Tensor):
            self._flat.values.addcmul_(change, rate, value=-1.0)
        else:
            self._flat.values.add_(change, alpha=-rate)


def moment_names(config: RunConfig) -> tuple[str, ...]:
    """Return the names of the tensors that the config's optimizer stores, each as large as all parameters."""
    adam = ("exp_avg", "exp_avg_sq")
    momentum = ("momentum_buffer",) if config.momentum else ()
    return {
        "adam": adam,
        "adamw": adam,
        "muon": (*adam, "momentum_buffer"),
        "rmsprop": ("square_avg", *momentum),
        "sgd": momentum,
    }[config.optimizer]
