"""What a run has reached so far: times, metrics and the best epoch, and the events and the progress made of them."""

import os
import platform
import socket

import torch

from fmnist_tui import __version__
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import EpochEnded, FinalState, RunEnded, RunStarted, StepsDone, Warned, best_of
from fmnist_tui.models.summary import summarize
from fmnist_tui.training.autotune import ChosenPlan
from fmnist_tui.training.divergence import divergence_warning
from fmnist_tui.training.machine import source_digest, this_machine
from fmnist_tui.training.timing import ActiveClock, Timing
from fmnist_tui.training.trainer import Trainer
from fmnist_tui.training.validation import Validation


class ProgressTracker:
    """Measures the times of a run and remembers what its epochs reached.

    Args:
        progress: Where the run stood before.
        timing: Its clock.

    Attributes:
        clock: The run's time without pauses.
        best: The epoch with the best validation accuracy.
    """

    def __init__(self, progress: TrainingProgress, timing: Timing) -> None:
        self.clock = ActiveClock(timing.now, progress.active_seconds)
        self.best = progress.best
        self._lowest_loss = progress.lowest_loss
        self._training_seconds = progress.training_seconds
        self._interval = timing.report_interval
        self.begin_window()

    def begin_window(self) -> None:
        """Start the time of the next report."""
        self._reported_at = self.clock.seconds

    def is_report_due(self) -> bool:
        """Return whether the last report is long enough ago for another."""
        return self.clock.seconds - self._reported_at >= self._interval

    def take_window(self, trainer: Trainer) -> StepsDone | None:
        """Return the metrics of the steps since the last report; None if there were no steps.

        Raises:
            NonFiniteLoss: A loss among them is nan or infinite.
        """
        window = trainer.take_window()
        seconds = self.clock.seconds - self._reported_at
        self.begin_window()
        self._training_seconds += seconds
        if not window.images:
            return None
        return StepsDone(
            epoch=trainer.epoch,
            step=trainer.step,
            loss=window.mean_loss,
            accuracy=window.accuracy,
            learning_rate=trainer.learning_rate(),
            images_per_second=window.images / max(seconds, 1e-9),
            active_seconds=self._reported_at,
        )

    def end_epoch(self, trainer: Trainer, found: Validation) -> tuple[EpochEnded, Warned | None]:
        """Count an epoch; return its metrics, and a warning if the run may be diverging."""
        training, validation = trainer.epoch_metrics, found.totals
        ended = EpochEnded(
            epoch=trainer.epoch,
            train_loss=training.mean_loss,
            train_accuracy=training.accuracy,
            validation_loss=validation.mean_loss,
            validation_accuracy=validation.accuracy,
            class_recalls=found.class_recalls,
            class_predictions=found.class_predictions,
            learning_rate=trainer.learning_rate(),
            images_per_second=training.images / max(self._training_seconds, 1e-9),
            active_seconds=self.clock.seconds,
            is_best=False,
        )
        ended = ended.model_copy(update={"is_best": best_of(self.best, ended) is ended})
        warning = divergence_warning(ended.train_loss, self._lowest_loss)
        if self._lowest_loss is None or ended.train_loss < self._lowest_loss:
            self._lowest_loss = ended.train_loss
        self.best = ended if ended.is_best else self.best
        self._training_seconds = 0.0
        return ended, warning

    def progress(self, trainer: Trainer) -> TrainingProgress:
        """Return what a checkpoint records of where the training stands."""
        return TrainingProgress(
            epoch=trainer.epoch,
            step=trainer.step,
            totals=trainer.epoch_metrics,
            training_seconds=self._training_seconds,
            active_seconds=self.clock.seconds,
            best=self.best,
            lowest_loss=self._lowest_loss,
        )

    def run_ended(self, state: FinalState, reason: str, epochs: int) -> RunEnded:
        """Return the run's last event, after that many finished epochs."""
        return RunEnded(
            state=state,
            reason=reason,
            epochs=epochs,
            best_epoch=self.best.epoch if self.best else 0,
            best_validation_accuracy=self.best.validation_accuracy if self.best else 0.0,
            active_seconds=self.clock.seconds,
        )


def run_started(run: str, config: RunConfig, dataset: Dataset, choice: ChosenPlan, trainer: Trainer) -> RunStarted:
    """Return what was found and chosen for a run that is about to train."""
    summary = summarize(config.model)
    return RunStarted(
        run=run,
        config=config,
        parameters=summary.parameters,
        flops=summary.flops,
        steps_per_epoch=trainer.steps_per_epoch,
        train_images=len(dataset.train),
        validation_images=len(dataset.validation),
        dataset=dataset.name,
        dataset_fingerprint=dataset.fingerprint,
        dataset_origin=dataset.origin,
        device=str(choice.plan.device),
        precision=choice.plan.precision,
        threads=choice.plan.threads,
        plan_reason=choice.reason,
        gradients=trainer.train_step.gradient_method,
        channels_last=choice.plan.channels_last,
        model_code=source_digest(type(config.model)),
        program_version=__version__,
        torch_version=torch.__version__,
        host=socket.gethostname(),
        pid=os.getpid(),
        processes=trainer.processes,
        python_version=platform.python_version(),
        machine=this_machine(choice.plan.device),
    )
