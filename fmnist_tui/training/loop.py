"""The training loop: epochs of steps, a validation after each, checkpoints, and an event for all that happens.

It knows no widgets, prints nothing and owns no thread. Whoever wants to see it listens to its events; whoever wants to
steer it asks its `Control`.
"""

from dataclasses import replace
from pathlib import Path

import torch

from fmnist_tui import __version__
from fmnist_tui.checkpoints.latest import LoadedCheckpoint
from fmnist_tui.checkpoints.manifest import CheckpointMetadata, TrainingProgress, checkpoint_names
from fmnist_tui.checkpoints.saver import CheckpointSaver
from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import TrainingBatches
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import (
    Emit,
    EpochEnded,
    FinalState,
    NonFiniteFound,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    ValidationStarted,
)
from fmnist_tui.models.summary import summarize
from fmnist_tui.training.allocator import give_back_freed_memory, keep_freed_memory
from fmnist_tui.training.autotune import Choice, autotune
from fmnist_tui.training.clock import ActiveClock
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan, same_plan
from fmnist_tui.training.contention import ContentionWatch
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.divergence import divergence_warning
from fmnist_tui.training.memory import require_memory
from fmnist_tui.training.metric_accumulator import MetricAccumulator, NonFiniteLoss
from fmnist_tui.training.non_finite import NonFiniteError
from fmnist_tui.training.probe import TrainingProbe
from fmnist_tui.training.train_step import TrainStep
from fmnist_tui.training.validation import Validation, Validator

REPORT_INTERVAL_SECONDS = 0.1


class TrainingLoop:
    """One run, from its first batch, or the one after a checkpoint, to its `RunEnded`.

    Args:
        run: The run's identifier.
        config: What to do.
        dataset: What to do it with.
        checkpoints: The folder that checkpoints go to.
        control: Through which others steer.
        emit: Hears every event.
        loaded: The checkpoint to go on from; none to begin.
        plan: What a run that is resumed computes with, if not with what the checkpoint was trained with.
        note: What is different from before the break.
        learning: The folder that records of the network's looks go to; none are made without.

    Raises:
        UserError: This machine can't do what the config asks for, or the checkpoint doesn't fit.
    """

    def __init__(
        self,
        run: str,
        config: RunConfig,
        *,
        dataset: Dataset,
        checkpoints: Path,
        control: Control,
        emit: Emit,
        loaded: LoadedCheckpoint | None = None,
        plan: ComputePlan | None = None,
        note: str = "",
        learning: Path | None = None,
    ) -> None:
        self._run_name = run
        self._config = config
        self._dataset = dataset
        self._control = control
        self._emit = emit
        self._loaded = loaded
        self._note = note
        self._checkpoints = checkpoints
        self._learning = learning
        if plan is None and loaded is not None:
            plan = same_plan(config, loaded.manifest)
        self._resumed_with = Choice(plan, "as before the break") if plan else None
        # refuses what this machine lacks, before anything is begun
        require_memory(config, dataset, plan or choose_plan(config))

        progress = loaded.manifest.progress if loaded else TrainingProgress()
        self._epoch, self._step = progress.epoch, progress.step
        self._metrics = MetricAccumulator(progress.totals, smoothed=config.label_smoothing > 0)
        self._training_seconds = progress.training_seconds
        self._best = progress.best
        self._lowest_loss = progress.lowest_loss
        self._seconds_before = progress.active_seconds
        self._clock = ActiveClock(self._seconds_before)
        self._reported_at = self._seconds_before

    def run(self) -> RunEnded:
        """Trains until the epochs are done, someone asks for an end, or it can't go on."""
        state: FinalState
        choice = self._resumed_with or self._autotune()
        if choice is None:
            return self._end(RunState.STOPPED, f"{self._stopped()} before the first batch")
        self._prepare(choice)
        self._announce()
        try:
            with ContentionWatch():
                state, reason = self._train_epochs()
        except NonFiniteError as error:
            state, reason = RunState.FAILED, error.line()
        return self._end(state, reason)

    def _end(self, state: FinalState, reason: str) -> RunEnded:
        ended = RunEnded(
            state=state,
            reason=reason,
            epochs=self._epoch - 1,
            best_epoch=self._best.epoch if self._best else 0,
            best_validation_accuracy=self._best.validation_accuracy if self._best else 0.0,
            active_seconds=self._clock.seconds,
        )
        self._emit(ended)
        return ended

    def _autotune(self) -> Choice | None:
        """The fastest placement, after a trial if it is worth one; None if an end was asked for meanwhile."""
        keep_freed_memory()
        choice = autotune(
            self._config,
            self._total_steps,
            on_start=self._report_autotuning,
            should_continue=self._may_autotune,
        )
        give_back_freed_memory()
        return choice

    def _report_autotuning(self, seconds: float | None) -> None:
        about = f", about {max(1, round(seconds))} s" if seconds is not None else ""
        self._emit(StateChanged(state=RunState.STARTING, detail=f"measuring threads and number formats{about}"))

    def _may_autotune(self) -> bool:
        """Whether to go on with a trial. Does waiting errands first; a pause waits for the first batch."""
        self._control.jobs.run()
        return not self._control.should_end()

    def _prepare(self, choice: Choice) -> None:
        """Makes all that trains, for the placement chosen."""
        config, dataset = self._config, self._dataset
        keep_freed_memory()
        self._plan, self._plan_reason = choice.plan, choice.reason
        torch.set_num_threads(self._plan.threads)
        self._batches = TrainingBatches(config, dataset.train, self._plan.device)
        self._validator = Validator(dataset.validation, self._plan, tta_flip=config.tta_flip)
        self._train_step = TrainStep(config, self._plan, self._total_steps)
        self._probe = (
            TrainingProbe(self._learning, config, dataset.validation, self._plan, self._emit)
            if self._learning
            else None
        )
        self._saver = CheckpointSaver(
            self._checkpoints, self._metadata, self._train_step, self._emit, config.checkpoint_every
        )

    def _announce(self) -> None:
        summary = summarize(self._config.model)
        started = RunStarted(
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
            device=str(self._plan.device),
            precision=self._plan.precision,
            threads=self._plan.threads,
            plan_reason=self._plan_reason,
            program_version=__version__,
            torch_version=torch.__version__,
        )
        if self._resumed_with is None:
            self._emit(started)
        else:
            # Restored before it is announced: a resume that is announced can't be refused any more.
            loaded, self._loaded = self._loaded, None  # a second copy of all tensors is not needed for long
            if loaded is not None:
                self._train_step.restore(loaded.weights, loaded.trainer)
            # From here on, nothing may draw from torch's generators before the next step.
            self._emit(
                RunResumed(
                    started=started,
                    checkpoint=loaded.name if loaded else "",
                    epoch=self._epoch,
                    step=self._step,
                    best=self._best,
                    active_seconds=self._seconds_before,
                    note=self._note,
                )
            )
            if self._probe is not None:
                self._probe.forget_from(self._epoch)
        self._emit(StateChanged(state=RunState.TRAINING))
        self._clock = ActiveClock(self._seconds_before)

    @property
    def _total_steps(self) -> int:
        return self._config.epochs * -(-len(self._dataset.train) // self._config.batch_size)

    def _train_epochs(self) -> tuple[FinalState, str]:
        while self._epoch <= self._config.epochs:
            if self._has_lost_patience():
                return RunState.FINISHED, f"no better validation accuracy for {self._config.early_stopping} epochs"
            validation = self._validate() if self._train_rest_of_epoch() else None
            if validation is None:
                return RunState.STOPPED, self._save_unfinished()
            self._end_epoch(validation)
            if self._control.should_end() and self._epoch <= self._config.epochs:
                return RunState.STOPPED, f"{self._stopped()} after epoch {self._epoch - 1} of {self._config.epochs}"
        return RunState.FINISHED, f"all {self._config.epochs} epochs done"

    def _has_lost_patience(self) -> bool:
        patience = self._config.early_stopping
        return bool(patience and self._best and self._epoch - 1 - self._best.epoch >= patience)

    def _train_rest_of_epoch(self) -> bool:
        """Trains the epoch from where it stands; False if an end was asked for before it was through."""
        done_before = self._steps_before_epoch()
        self._reported_at = self._clock.seconds
        for images, labels in self._batches.epoch(self._epoch, self._step):
            loss, logits = self._train_step.step(images, labels, done_before + self._step)
            self._metrics.add(loss, logits, labels)
            self._step += 1
            if self._clock.seconds - self._reported_at >= REPORT_INTERVAL_SECONDS:
                self._report()
                if self._saver.is_due():
                    self._save_step()
            if not self._should_continue():
                return False
        self._report()
        return True

    def _report(self) -> None:
        """Tells of the steps since the last report.

        Raises:
            NonFiniteError: A loss among them is nan or infinite.
        """
        try:
            window = self._metrics.take_window()
        except NonFiniteLoss as error:
            raise self._non_finite("loss", error.batches_ago) from error
        now = self._clock.seconds
        seconds, self._reported_at = now - self._reported_at, now
        self._training_seconds += seconds
        if window.images:
            self._emit(
                StepsDone(
                    epoch=self._epoch,
                    step=self._step,
                    loss=window.mean_loss,
                    accuracy=window.accuracy,
                    learning_rate=self._learning_rate(),
                    images_per_second=window.images / max(seconds, 1e-9),
                    active_seconds=now,
                )
            )

    def _validate(self) -> Validation | None:
        """What the network is worth by now; None if an end was asked for half-way."""
        self._emit(ValidationStarted(epoch=self._epoch))
        return self._validator(self._train_step.network, self._should_continue)

    def _end_epoch(self, found: Validation) -> None:
        training, validation = self._metrics.epoch, found.totals
        ended = EpochEnded(
            epoch=self._epoch,
            train_loss=training.mean_loss,
            train_accuracy=training.accuracy,
            validation_loss=validation.mean_loss,
            validation_accuracy=validation.accuracy,
            class_recalls=found.class_recalls,
            class_predictions=found.class_predictions,
            learning_rate=self._learning_rate(),
            images_per_second=training.images / max(self._training_seconds, 1e-9),
            active_seconds=self._clock.seconds,
            is_best=self._best is None or validation.accuracy > self._best.validation_accuracy,
        )
        self._require_finite_weights()
        self._emit(ended)
        if warning := divergence_warning(ended.train_loss, self._lowest_loss):
            self._emit(warning)
        if self._lowest_loss is None or ended.train_loss < self._lowest_loss:
            self._lowest_loss = ended.train_loss
        self._best = ended if ended.is_best else self._best
        self._epoch, self._step = self._epoch + 1, 0
        self._metrics = MetricAccumulator(smoothed=self._config.label_smoothing > 0)
        self._training_seconds = 0.0
        self._saver.save_epoch(ended, self._batches.steps_per_epoch, self._progress())
        if self._probe is not None:
            self._probe.record(ended.epoch, self._train_step.network, found.class_recalls)

    def _save_step(self) -> None:
        self._report()
        self._require_finite_weights()
        self._saver.save_step(self._progress())

    def _save_unfinished(self) -> str:
        """Saves the weights of an epoch that was broken off, if that is wanted; tells what became of them."""
        place = f"in epoch {self._epoch} of {self._config.epochs}"
        if self._control.request is Request.ABANDON:
            return f"abandoned {place}"
        self._emit(StateChanged(state=RunState.STOPPING, detail="saving checkpoint last"))
        self._save_step()
        return f"{self._stopped()} {place}, at step {self._step} of {self._batches.steps_per_epoch}"

    def _steps_before_epoch(self) -> int:
        return (self._epoch - 1) * self._batches.steps_per_epoch

    def _learning_rate(self) -> float:
        """That of the newest step."""
        return self._train_step.learning_rate(max(0, self._steps_before_epoch() + self._step - 1))

    def _stopped(self) -> str:
        return f"interrupted {self._control.why}" if self._control.why else "stopped"

    def _progress(self) -> TrainingProgress:
        return TrainingProgress(
            epoch=self._epoch,
            step=self._step,
            totals=replace(self._metrics.epoch),
            training_seconds=self._training_seconds,
            active_seconds=self._clock.seconds,
            best=self._best,
            lowest_loss=self._lowest_loss,
        )

    def _metadata(
        self, epoch: int, step: int, ended: EpochEnded | None, progress: TrainingProgress
    ) -> CheckpointMetadata:
        return CheckpointMetadata(
            run=self._run_name,
            config=self._config,
            epoch=epoch,
            step=step,
            device=self._plan.device.type,
            precision=self._plan.precision,
            threads=self._plan.threads,
            dataset=self._dataset.name,
            dataset_fingerprint=self._dataset.fingerprint,
            validation_accuracy=ended.validation_accuracy if ended else None,
            validation_loss=ended.validation_loss if ended else None,
            progress=progress,
        )

    def _should_continue(self) -> bool:
        """Whether to train on. Does waiting errands and sits out a pause first; neither counts as training time."""
        if not self._control.wants_attention():
            return True
        with self._clock.held():
            self._control.jobs.run()
        if self._control.request is Request.PAUSE:  # also one that was asked for during an errand
            self._save_step()
            with self._clock.held():
                self._emit(StateChanged(state=RunState.PAUSED))
                self._control.wait_while_paused()
                if not self._control.should_end():
                    self._emit(StateChanged(state=RunState.TRAINING))
        return not self._control.should_end()

    def _require_finite_weights(self) -> None:
        """Keeps weights that are of no use from being saved: the last steps' losses don't show what they did.

        Raises:
            NonFiniteError: A weight is nan or infinite.
        """
        if not self._train_step.is_finite():
            raise self._non_finite("weights", 0)

    def _non_finite(self, what: str, steps_ago: int) -> NonFiniteError:
        step = self._step - steps_ago
        found = NonFiniteFound(
            what=what,
            epoch=self._epoch,
            step=step,
            learning_rate=self._train_step.learning_rate(self._steps_before_epoch() + step - 1),
            gradient_norm=self._train_step.gradient_norm(),
            has_checkpoint=bool(checkpoint_names(self._checkpoints)),
        )
        self._emit(found)
        return NonFiniteError(found, self._run_name)
