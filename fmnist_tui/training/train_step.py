"""One optimizer step: a network, its gradients and its optimizer."""

from collections.abc import Mapping

import torch
from torch import Tensor

from fmnist_tui.checkpoints.store import require_dtypes
from fmnist_tui.config import RunConfig
from fmnist_tui.errors import UserError
from fmnist_tui.sanitize import quote
from fmnist_tui.seeds import seed_for
from fmnist_tui.training.collective import Collective, PeerLostError, SingleProcess
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.flat_parameters import FlatParameters
from fmnist_tui.training.gradients import gradient_method, gradients_for
from fmnist_tui.training.optimizers import build_optimizer
from fmnist_tui.training.schedules import learning_rate_at
from fmnist_tui.training.step_graph import StepGraph
from fmnist_tui.training.trainer_state import generator_tensors, restore_generators, restore_trainer, trainer_tensors
from fmnist_tui.training.whitening import whiten_first_convolution


class TrainStep:
    """A network, freshly initialized as a function of the config's seed, with everything that changes it.

    Dropout draws from torch's global generator, which `prepare_process` seeds: code that runs on this thread between
    two steps must leave that generator as it found it.

    Args:
        config: The run's hyperparameters.
        plan: What to compute with.
        total_steps: Optimizer steps of the whole run, which the learning rate depends on.
        collective: The processes that train the network together; only this one if None.
        images: uint8 [n, 28, 28], the training images, by which a first convolution may be initialized; random if None.

    Attributes:
        network: On the plan's device, in training mode.
        gradient_method: How gradients are computed.
    """

    def __init__(
        self,
        config: RunConfig,
        plan: ComputePlan,
        total_steps: int,
        collective: Collective | None = None,
        images: Tensor | None = None,
    ) -> None:
        self._config = config
        self._total_steps = total_steps
        self._collective = collective or SingleProcess()
        self._unclipped_norm: Tensor | None = None
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed_for(config.seed, "weights"))
            network = config.model.build()
        if images is not None and config.model.whitens_first_convolution:
            whiten_first_convolution(network, images, config.dataset_spec)
        self.network = network.to(plan.device).to(memory_format=plan.memory_format)
        self._flat = FlatParameters(self.network)
        self._optimizer = build_optimizer(config, self._flat, plan.precision)
        self.gradient_method = gradient_method(self.network, plan)
        self._gradients = gradients_for(self.network, self._flat, plan, config.label_smoothing, self._collective)
        self._rate: float | Tensor = 0.0
        self._graph: StepGraph | None = None
        if plan.device.type == "cuda":
            self._rate = torch.zeros((), device=plan.device)  # a graph reads it from the device's memory
            if self._collective.processes == 1:
                self._graph = StepGraph(self._compute, config.batch_size)

    def step(self, images: Tensor, labels: Tensor, step: int) -> tuple[Tensor, Tensor]:
        """Train on one batch, of which each process of the collective computes a part.

        Args:
            images: float [b, 1, 28, 28], normalized.
            labels: int64 [b].
            step: The step, counted from 0 over the whole run.

        Returns:
            The batch's mean loss (a scalar) and its logits (float [b, 10]), on the device, without waiting for it.
        """
        if isinstance(self._rate, Tensor):
            self._rate.fill_(self.learning_rate(step))
        else:
            self._rate = self.learning_rate(step)
        return self._compute(images, labels) if self._graph is None else self._graph(images, labels)

    def _compute(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        if self._collective.processes == 1:
            loss, logits = self._gradients(images, labels, len(labels))
        else:
            loss, logits = self._divided_gradients(images, labels)
        if self._config.max_grad_norm:
            self._clip_gradients()
        self._optimizer.step(self._rate)
        return loss, logits

    def _divided_gradients(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the gradients of a batch together with the other processes; return its loss and logits.

        Raises:
            PeerLostError: It can't be done; the network and the generators are as they were before.
        """
        part, batch = self._collective.part(len(labels)), len(labels)
        buffers = [buffer.clone() for buffer in self.network.buffers()]
        generators = generator_tensors(labels.device)
        try:
            loss, logits = self._gradients(images[part], labels[part], batch)
            return self._collective.reduce_step(self._flat.gradients, loss, logits, batch)
        except PeerLostError:
            for buffer, before in zip(self.network.buffers(), buffers, strict=True):
                buffer.copy_(before)
            restore_generators(labels.device, generators)
            raise

    def compute_without_graph(self) -> None:
        """Launch the kernels of each step by themselves, also on CUDA; the results are the same."""
        self._graph = None

    def learning_rate(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0 over the whole run."""
        return learning_rate_at(self._config, step, self._total_steps)

    def trainer_tensors(self) -> dict[str, Tensor]:
        """Return the state of the optimizer and of the generators that dropout draws from."""
        return trainer_tensors(self._flat, self._optimizer)

    def restore(self, weights: Mapping[str, Tensor], trainer: Mapping[str, Tensor]) -> None:
        """Load a checkpoint's state. Nothing may draw from torch's generators before the next step.

        Raises:
            UserError: The tensors are not those of this network and optimizer.
        """
        try:
            require_dtypes(weights, self.network)
            self.network.load_state_dict(dict(weights), strict=True)
            restore_trainer(self._flat, self._optimizer, trainer)
        except (KeyError, RuntimeError, TypeError) as error:
            raise UserError(
                f"the checkpoint doesn't fit its own model {self._config.model_name}: {quote(error, 200)}"
            ) from error

    def is_finite(self) -> bool:
        """Return whether every number of the network is finite; waits for the device."""
        return all(bool(tensor.isfinite().all()) for tensor in self.network.state_dict().values())

    def gradient_norm(self) -> float:
        """Return the norm of the newest step's gradient before clipping; 0 before the first step."""
        return float(self._flat.gradients.norm() if self._unclipped_norm is None else self._unclipped_norm)

    def _clip_gradients(self) -> None:
        """Clip the gradient's norm as in R. Pascanu et al. (2013), without waiting for the device."""
        gradients = self._flat.gradients
        self._unclipped_norm = gradients.norm()
        gradients.mul_((self._config.max_grad_norm / (self._unclipped_norm + 1e-6)).clamp_(max=1.0))
