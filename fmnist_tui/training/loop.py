"""The training loop: epochs of steps, a validation after each, checkpoints, and an event for all that happens.

It knows no widgets, prints nothing and owns no thread. Whoever wants to see it listens to its events; whoever wants to
steer it asks its `Control`.
"""

from pathlib import Path

import torch
from torch.nn import functional

from fmnist_tui import __version__
from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import TrainingBatches
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import (
    CheckpointFailed,
    CheckpointSaved,
    EpochEnded,
    FinalState,
    RunEnded,
    RunStarted,
    RunState,
    Sink,
    StateChanged,
    StepsDone,
    ValidationStarted,
)
from fmnist_tui.models.summary import summarise
from fmnist_tui.training.checkpoints import CheckpointFacts, CheckpointName, manifest_file, save_checkpoint
from fmnist_tui.training.clock import ActiveClock
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.device import choose_placement
from fmnist_tui.training.inference import all_logits
from fmnist_tui.training.learner import Learner
from fmnist_tui.training.meter import Meter, NonFiniteLossError, Totals

SECONDS_BETWEEN_REPORTS = 0.1


class TrainingLoop:
    """One run, from its first batch to its `RunEnded`.

    Args:
        run: The run's identifier.
        config: What to do.
        dataset: What to do it with.
        checkpoints: The folder that checkpoints go to.
        control: Through which others steer.
        emit: Hears every event.

    Raises:
        UserError: This machine can't do what the config asks for.
    """

    def __init__(
        self, run: str, config: RunConfig, *, dataset: Dataset, checkpoints: Path, control: Control, emit: Sink
    ) -> None:
        self._run_name = run
        self._config = config
        self._dataset = dataset
        self._checkpoints = checkpoints
        self._control = control
        self._emit = emit
        self._placement = choose_placement(config)
        self._batches = TrainingBatches(config, dataset.train, self._placement.device)
        self._validation_images = dataset.validation.images.to(self._placement.device)
        self._validation_labels = dataset.validation.labels.to(self._placement.device)
        self._learner = Learner(config, self._placement, config.epochs * self._batches.steps_per_epoch)
        self._epochs_done = 0
        self._best: EpochEnded | None = None
        self._clock = ActiveClock()

    def run(self) -> RunEnded:
        """Trains until the epochs are done, someone asks for an end, or it can't go on."""
        state: FinalState
        self._announce()
        try:
            state, reason = self._train_epochs()
        except NonFiniteLossError as error:
            state, reason = RunState.FAILED, error.line()
        ended = RunEnded(
            state=state,
            reason=reason,
            epochs=self._epochs_done,
            best_epoch=self._best.epoch if self._best else 0,
            best_validation_accuracy=self._best.validation_accuracy if self._best else 0.0,
            active_seconds=self._clock.seconds,
        )
        self._emit(ended)
        return ended

    def _announce(self) -> None:
        summary = summarise(self._config.model)
        self._emit(
            RunStarted(
                run=self._run_name,
                config=self._config,
                parameters=summary.parameters,
                flops=summary.flops,
                steps_per_epoch=self._batches.steps_per_epoch,
                train_images=len(self._dataset.train),
                validation_images=len(self._dataset.validation),
                dataset=self._dataset.name,
                dataset_fingerprint=self._dataset.fingerprint,
                dataset_origin=self._dataset.origin,
                device=str(self._placement.device),
                precision=self._placement.precision,
                threads=torch.get_num_threads(),
                program_version=__version__,
                torch_version=torch.__version__,
            )
        )
        self._emit(StateChanged(state=RunState.TRAINING))
        self._clock = ActiveClock()

    def _train_epochs(self) -> tuple[FinalState, str]:
        for epoch in range(1, self._config.epochs + 1):
            totals, steps, seconds = self._train_epoch(epoch)
            validation = None if self._control.should_end() else self._validate(epoch)
            if validation is None:
                return RunState.STOPPED, self._keep_unfinished(epoch, steps)
            self._end_epoch(epoch, totals, validation, totals.images / max(seconds, 1e-9))
            if self._control.should_end():
                return RunState.STOPPED, f"stopped after epoch {epoch} of {self._config.epochs}"
            patience = self._config.early_stopping
            if patience and self._best and epoch - self._best.epoch >= patience:
                return RunState.FINISHED, f"no better validation accuracy for {patience} epochs"
        return RunState.FINISHED, f"all {self._config.epochs} epochs done"

    def _train_epoch(self, epoch: int) -> tuple[Totals, int, float]:
        """Trains one epoch, or as much of it as is wanted; tells its totals, steps done and seconds taken."""
        meter = Meter()
        done_before = (epoch - 1) * self._batches.steps_per_epoch
        began = reported = self._clock.seconds
        steps = 0
        for images, labels in self._batches.epoch(epoch):
            loss, logits = self._learner.step(images, labels, done_before + steps)
            meter.add(loss, logits, labels)
            steps += 1
            if self._clock.seconds - reported >= SECONDS_BETWEEN_REPORTS:
                reported = self._report(meter, epoch, steps, reported)
            if not self._goes_on():
                break
        self._report(meter, epoch, steps, reported)
        return meter.epoch, steps, self._clock.seconds - began

    def _report(self, meter: Meter, epoch: int, step: int, since: float) -> float:
        """Tells of the steps since the clock stood at `since`; returns where it stands now."""
        window, now = meter.take_window(), self._clock.seconds
        if window.images:
            self._emit(
                StepsDone(
                    epoch=epoch,
                    step=step,
                    loss=window.mean_loss,
                    accuracy=window.accuracy,
                    learning_rate=self._learner.learning_rate,
                    images_per_second=window.images / max(now - since, 1e-9),
                    active_seconds=now,
                )
            )
        return now

    def _validate(self, epoch: int) -> Totals | None:
        """Loss and accuracy on the validation images; None if an end was asked for half-way."""
        self._emit(ValidationStarted(epoch=epoch))
        logits = all_logits(
            self._learner.network, self._validation_images, self._placement, lambda _done: self._goes_on()
        )
        if logits is None:
            return None
        loss = functional.cross_entropy(logits, self._validation_labels, reduction="sum")
        correct = (logits.argmax(dim=1) == self._validation_labels).sum()
        return Totals(float(loss), int(correct), len(logits))

    def _end_epoch(self, epoch: int, training: Totals, validation: Totals, images_per_second: float) -> None:
        ended = EpochEnded(
            epoch=epoch,
            train_loss=training.mean_loss,
            train_accuracy=training.accuracy,
            validation_loss=validation.mean_loss,
            validation_accuracy=validation.accuracy,
            learning_rate=self._learner.learning_rate,
            images_per_second=images_per_second,
            active_seconds=self._clock.seconds,
            is_best=self._best is None or validation.accuracy > self._best.validation_accuracy,
        )
        self._epochs_done = epoch
        self._best = ended if ended.is_best else self._best
        self._emit(ended)
        names: tuple[CheckpointName, ...] = ("best", "last") if ended.is_best else ("last",)
        self._save(names, epoch, self._batches.steps_per_epoch, ended)

    def _keep_unfinished(self, epoch: int, steps: int) -> str:
        """Saves the weights of an epoch that was broken off, if that is wanted; tells what became of them."""
        if self._control.request is Request.ABANDON:
            return f"abandoned in epoch {epoch} of {self._config.epochs}"
        self._emit(StateChanged(state=RunState.STOPPING, detail="saving checkpoint last"))
        self._save(("last",), epoch, steps, None)
        return f"stopped in epoch {epoch} of {self._config.epochs}, at step {steps} of {self._batches.steps_per_epoch}"

    def _save(self, names: tuple[CheckpointName, ...], epoch: int, step: int, ended: EpochEnded | None) -> None:
        facts = CheckpointFacts(
            run=self._run_name,
            config=self._config,
            epoch=epoch,
            step=step,
            precision=self._placement.precision,
            dataset=self._dataset.name,
            dataset_fingerprint=self._dataset.fingerprint,
            validation_accuracy=ended.validation_accuracy if ended else None,
            validation_loss=ended.validation_loss if ended else None,
        )
        try:
            save_checkpoint(self._checkpoints, self._learner.network, facts, names)
        except OSError as error:
            for name in names:
                self._emit(CheckpointFailed(name=name, epoch=epoch, reason=error.strerror or str(error)))
            return
        for name in names:
            path = manifest_file(self._checkpoints, name)
            self._emit(CheckpointSaved(name=name, epoch=epoch, step=step, path=str(path)))

    def _goes_on(self) -> bool:
        """Whether to train on. Does waiting errands and sits out a pause first; neither counts as training time."""
        if not self._control.wants_attention():
            return True
        with self._clock.held():
            self._control.errands.run()
            if self._control.request is Request.PAUSE:
                self._emit(StateChanged(state=RunState.PAUSED))
                self._control.wait_while_paused()
                if not self._control.should_end():
                    self._emit(StateChanged(state=RunState.TRAINING))
        return not self._control.should_end()
