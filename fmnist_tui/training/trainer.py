"""The numerics of a run: training steps, validation, and the state to save and restore. No events, no files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from torch import Tensor

from fmnist_tui.checkpoints.progress import MetricSums, TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import TrainingBatches
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.training.collective import Collective, SingleProcess
from fmnist_tui.training.compute_plan import ComputePlan
from fmnist_tui.training.metric_accumulator import MetricAccumulator
from fmnist_tui.training.train_step import TrainStep
from fmnist_tui.training.validation import Validation, Validator


class Trainer:
    """A freshly initialized network in training, and where its training stands.

    Call `prepare_process` before the first step.

    Args:
        config: The run's hyperparameters.
        dataset: The images to train and validate on.
        plan: What to compute with.
        collective: The processes that train the network together; only this one if None.

    Attributes:
        train_step: The network, and what updates it.
        epoch: The epoch in progress, from 1.
        step: Steps done of this epoch.
        steps_per_epoch: Optimizer steps in one epoch.
        processes: Number of processes that train the network together.
    """

    def __init__(
        self, config: RunConfig, dataset: Dataset, plan: ComputePlan, collective: Collective | None = None
    ) -> None:
        self.epoch, self.step = 1, 0
        collective = collective or SingleProcess()
        self.processes = collective.processes
        self._batches = TrainingBatches(config, dataset.train, plan.device)
        self._validator = Validator(dataset.validation, plan, config, collective)
        self.steps_per_epoch = self._batches.steps_per_epoch
        total_steps = config.epochs * self.steps_per_epoch
        self.train_step = TrainStep(config, plan, total_steps, collective, dataset.train.images)
        self._smoothed = config.label_smoothing > 0
        self._metrics = MetricAccumulator(smoothed=self._smoothed)

    @property
    def epoch_metrics(self) -> MetricSums:
        """Training loss and accuracy of this epoch so far."""
        return replace(self._metrics.epoch)

    def train_epoch(self) -> Iterator[None]:
        """Train the rest of the epoch; yields after each step."""
        for images, labels in self._batches.epoch(self.epoch, self.step):
            loss, logits = self.train_step.step(images, labels, self._steps_done())
            self._metrics.add(loss, logits, labels)
            self.step += 1
            yield

    def take_window(self) -> MetricSums:
        """Return the metrics of the steps since the last call.

        Raises:
            NonFiniteLoss: A loss is nan or infinite.
        """
        return self._metrics.take_window()

    def validate(self, should_continue: Callable[[], bool]) -> Validation | None:
        """Return the network's metrics on the validation images; None if `should_continue` returned False."""
        return self._validator(self.train_step.network, should_continue)

    def next_epoch(self) -> None:
        """Move on to the first step of the next epoch."""
        self.epoch, self.step = self.epoch + 1, 0
        self._metrics = MetricAccumulator(smoothed=self._smoothed)

    def learning_rate(self, steps_ago: int = 0) -> float:
        """Return the learning rate of the newest step, or of one that many steps before it."""
        return self.train_step.learning_rate(max(0, self._steps_done() - 1 - steps_ago))

    def restore(self, progress: TrainingProgress, weights: Mapping[str, Tensor], trainer: Mapping[str, Tensor]) -> None:
        """Load a checkpoint's state. Nothing may draw from torch's generators before the next step.

        Raises:
            UserError: The tensors are not those of this network and optimizer.
        """
        self.train_step.restore(weights, trainer)
        self.epoch, self.step = progress.epoch, progress.step
        self._metrics = MetricAccumulator(progress.totals, smoothed=self._smoothed)

    def _steps_done(self) -> int:
        return (self.epoch - 1) * self.steps_per_epoch + self.step
