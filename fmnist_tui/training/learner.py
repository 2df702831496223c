"""The network with all that changes it: one optimiser step at a time."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_tui.config import RunConfig
from fmnist_tui.data.randomness import seed_for
from fmnist_tui.training.device import Placement
from fmnist_tui.training.optimizers import build_optimizer
from fmnist_tui.training.schedules import learning_rate_at


class Learner:
    """A freshly initialised network and its optimiser.

    Initial weights are a function of the config's seed. Dropout draws from torch's global generator, which is seeded
    here; whatever else runs on this thread meanwhile must leave that generator as it found it.
    """

    def __init__(self, config: RunConfig, placement: Placement, total_steps: int) -> None:
        self._config = config
        self._placement = placement
        self._total_steps = total_steps
        torch.manual_seed(seed_for(config.seed, "weights"))
        self.network = config.model.build().to(placement.device).to(memory_format=placement.memory_format)
        torch.manual_seed(seed_for(config.seed, "dropout"))
        self._optimizer = build_optimizer(config, self.network)
        self.learning_rate = config.learning_rate

    def step(self, images: Tensor, labels: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Learns from one batch.

        Args:
            images: float [b, 1, 28, 28], normalised.
            labels: int64 [b].
            step: The step, counted from 0 over the whole run.

        Returns:
            The batch's mean loss (a scalar) and its logits (float [b, 10]), on the device, not waited for.
        """
        self.learning_rate = learning_rate_at(self._config, step, self._total_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate
        with self._placement.autocast():
            logits = self.network(images)
        logits = logits.float()
        loss = functional.cross_entropy(logits, labels, label_smoothing=self._config.label_smoothing)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._config.gradient_clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self._config.gradient_clip)
        self._optimizer.step()
        return loss.detach(), logits.detach()
