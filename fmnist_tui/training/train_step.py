"""The network with all that changes it: one optimizer step at a time."""

from collections.abc import Mapping

import torch
from torch import Tensor

from fmnist_tui.checkpoints.store import require_number_formats
from fmnist_tui.config import RunConfig
from fmnist_tui.data.seeds import seed_for
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.determinism import request_determinism
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.gradients import gradients_for
from fmnist_tui.training.optimizers import build_optimizer
from fmnist_tui.training.schedules import learning_rate_at
from fmnist_tui.training.trainer_state import restore_trainer, trainer_tensors


class TrainStep:
    """A freshly initialized network and its optimizer.

    Initial weights are a function of the config's seed. Dropout draws from torch's global generator, which is seeded
    here; whatever else runs on this thread meanwhile must leave that generator as it found it.
    """

    def __init__(self, config: RunConfig, plan: ComputePlan, total_steps: int) -> None:
        self._config = config
        self._total_steps = total_steps
        self._unclipped_norm: Tensor | None = None
        request_determinism(plan.device)
        torch.manual_seed(seed_for(config.seed, "weights"))
        self.network = config.model.build().to(plan.device).to(memory_format=plan.memory_format)
        torch.manual_seed(seed_for(config.seed, "dropout"))
        self._flat = FlatParameters(self.network)
        self._optimizer = build_optimizer(config, self._flat)
        self._gradients = gradients_for(self.network, self._flat, plan, config.label_smoothing)

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0 over the whole run."""
        return learning_rate_at(self._config, step, self._total_steps)

    def trainer_tensors(self) -> dict[str, Tensor]:
        """The state of the optimizer and of the generators that dropout draws from."""
        return trainer_tensors(self._flat, self._optimizer)

    def restore(self, weights: Mapping[str, Tensor], trainer: Mapping[str, Tensor]) -> None:
        """Takes up where a checkpoint left off. Nothing may draw from torch's generators before the next step.

        Raises:
            UserError: The tensors are not those of this network and optimizer.
        """
        try:
            require_number_formats(weights, self.network)
            self.network.load_state_dict(dict(weights), strict=True)
            restore_trainer(self._flat, self._optimizer, trainer)
        except (KeyError, RuntimeError, TypeError) as error:
            raise UserError(
                f"the checkpoint doesn't fit its own model {self._config.model_name}: {quote(error, 200)}"
            ) from error

    def is_finite(self) -> bool:
        """Whether every number of the network is; waits for the device."""
        return all(bool(tensor.isfinite().all()) for tensor in self.network.state_dict().values())

    def gradient_norm(self) -> float:
        """The norm of the newest step's gradient before clipping, nan or infinite if a part of it is; 0 at first."""
        return float(self._flat.gradients.norm() if self._unclipped_norm is None else self._unclipped_norm)

    def step(self, images: Tensor, labels: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Learns from one batch.

        Args:
            images: float [b, 1, 28, 28], normalized.
            labels: int64 [b].
            step: The step, counted from 0 over the whole run.

        Returns:
            The batch's mean loss (a scalar) and its logits (float [b, 10]), on the device, not waited for.
        """
        loss, logits = self._gradients(images, labels)
        if self._config.max_grad_norm:
            self._clip_gradients()
        self._optimizer.step(self.learning_rate(step))
        return loss, logits

    def _clip_gradients(self) -> None:
        """Shortens the gradient to the allowed norm, as in R. Pascanu et al. (2013), without a wait for the device."""
        gradients = self._flat.gradients
        self._unclipped_norm = gradients.norm()
        gradients.mul_((self._config.max_grad_norm / (self._unclipped_norm + 1e-6)).clamp_(max=1.0))
