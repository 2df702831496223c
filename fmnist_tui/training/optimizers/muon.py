"""Muon: momentum whose matrices are orthogonalized before each step."""

import torch
from torch import Tensor

from fmnist_tui.config import RunConfig
from fmnist_tui.hyperparameters import Precision
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.optimizers.fused import adam
from fmnist_tui.training.optimizers.newton_schulz import orthogonalized
from fmnist_tui.training.optimizers.optimizer import Optimizer, Rate

ADAM_SCALE = 0.2
"""About the root mean square of the numbers in an update by Adam."""


class Muon(Optimizer):
    """K. Jordan et al., "Muon: an optimizer for hidden layers" (2024), for matrices and filters; adamw for vectors.

    With Nesterov's momentum. An update of a matrix is scaled to the size of adamw's, so that one learning rate and one
    weight decay suit both: J. Liu et al., "Muon is scalable for LLM training" (2025), `match_rms_adamw` in torch.

    Args:
        config: The run's hyperparameters.
        flat: The parameters; those with two and more dimensions are matrices with a row for each output.
        precision: The precision of the matrix products on a GPU. On a CPU they are float32: with AVX512-BF16, the
            iteration with the Gram matrix takes less time than the other one in bfloat16.
    """

    def __init__(self, config: RunConfig, flat: FlatParameters, precision: Precision) -> None:
        super().__init__(config, flat)
        in_bf16 = precision == "bf16" and flat.values.device.type == "cuda"
        self._dtype = torch.bfloat16 if in_bf16 else torch.float32
        self._momentum = torch.zeros_like(flat.values)
        self._change = torch.zeros_like(flat.values)
        self._matrices, _ = _divided(flat, flat.values)
        self._momenta, _ = _divided(flat, self._momentum)
        self._changes, _ = _divided(flat, self._change)
        adam_state = (flat.values, flat.gradients, self.moments["exp_avg"], self.moments["exp_avg_sq"])
        self._vectors = [_divided(flat, tensor)[1] for tensor in adam_state]
        self._same_shapes: dict[tuple[int, int], list[int]] = {}
        for index, matrix in enumerate(self._matrices):
            self._same_shapes.setdefault((len(matrix), matrix[0].numel()), []).append(index)

    def step(self, rate: Rate) -> None:
        gradients, average, decay = self._flat.gradients, self.moments["momentum_buffer"], self._config.weight_decay
        self.steps.add_(self._one)
        if self._vectors[0]:
            adam(torch._fused_adamw_, self._vectors, self.steps, rate, decay)
        average.lerp_(gradients, 1.0 - self._config.momentum)
        torch.lerp(gradients, average, self._config.momentum, out=self._momentum)
        for (rows, columns), indices in self._same_shapes.items():
            momenta = torch.stack([self._momenta[index].reshape(rows, columns) for index in indices])
            updates = orthogonalized(momenta, self._dtype).mul_(ADAM_SCALE * max(rows, columns) ** 0.5)
            for index, update in zip(indices, updates, strict=True):
                self._changes[index].copy_(update.view_as(self._changes[index]))
        if decay and self._changes:
            torch._foreach_add_(self._changes, self._matrices, alpha=decay)
        self._descend(self._change, rate)  # it is zero for vectors


def _divided(flat: FlatParameters, tensor: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return the parts of a tensor like `flat.values` that belong to matrices, and those that belong to vectors."""
    parts = [part for _name, part in flat.parts(tensor)]
    return [part for part in parts if part.dim() > 1], [part for part in parts if part.dim() <= 1]
