"""The training loop: epochs of steps, a validation after each, checkpoints, and an event for all that happens.

It knows no widgets, prints nothing and owns no thread. Whoever wants to see it listens to its events; whoever wants to
steer it asks its `Control`.
"""

from dataclasses import replace
from pathlib import Path

import torch

from fmnist_tui import __version__
from fmnist_tui.checkpoints.latest import Recovered
from fmnist_tui.checkpoints.manifest import CheckpointFacts, Standing, checkpoint_names
from fmnist_tui.checkpoints.saver import CheckpointKeeper
from fmnist_tui.config import RunConfig
from fmnist_tui.data.batches import TrainingBatches
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.events import (
    BadNumbersFound,
    EpochEnded,
    FinalState,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    Sink,
    StateChanged,
    StepsDone,
    ValidationStarted,
)
from fmnist_tui.models.summary import summarise
from fmnist_tui.training.allocator import give_back_freed_memory, keep_freed_memory
from fmnist_tui.training.autotune import Choice, tried_placement
from fmnist_tui.training.clock import ActiveClock
from fmnist_tui.training.compute_plan import Placement, choose_placement, same_placement
from fmnist_tui.training.contention import ContentionWatch
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.divergence import divergence_warning
from fmnist_tui.training.learner import Learner
from fmnist_tui.training.memory import require_memory
from fmnist_tui.training.metric_accumulator import Meter, NonFiniteLoss
from fmnist_tui.training.non_finite import BadNumbersError
from fmnist_tui.training.probe import LearningRecorder
from fmnist_tui.training.validation import Validation, Validator

SECONDS_BETWEEN_REPORTS = 0.1


class TrainingLoop:
    """One run, from its first batch, or the one after a checkpoint, to its `RunEnded`.

    Args:
        run: The run's identifier.
        config: What to do.
        dataset: What to do it with.
        checkpoints: The folder that checkpoints go to.
        control: Through which others steer.
        emit: Hears every event.
        recovered: The checkpoint to go on from; none to begin.
        placement: What a run that is resumed computes with, if not with what the checkpoint was trained with.
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
        emit: Sink,
        recovered: Recovered | None = None,
        placement: Placement | None = None,
        note: str = "",
        learning: Path | None = None,
    ) -> None:
        self._run_name = run
        self._config = config
        self._dataset = dataset
        self._control = control
        self._emit = emit
        self._recovered = recovered
        self._note = note
        self._checkpoints = checkpoints
        self._learning = learning
        if placement is None and recovered is not None:
            placement = same_placement(config, recovered.manifest)
        self._resumed_with = Choice(placement, "as before the break") if placement else None
        # refuses what this machine lacks, before anything is begun
        require_memory(config, dataset, placement or choose_placement(config))

        standing = recovered.manifest.standing if recovered else Standing()
        self._epoch, self._step = standing.epoch, standing.step
        self._meter = Meter(standing.totals, smoothed=config.label_smoothing > 0)
        self._training_seconds = standing.training_seconds
        self._best = standing.best
        self._lowest_loss = standing.lowest_loss
        self._seconds_before = standing.active_seconds
        self._clock = ActiveClock(self._seconds_before)
        self._reported_at = self._seconds_before

    def run(self) -> RunEnded:
        """Trains until the epochs are done, someone asks for an end, or it can't go on."""
        state: FinalState
        choice = self._resumed_with or self._try_placements()
        if choice is None:
            return self._end(RunState.STOPPED, f"{self._stopped()} before the first batch")
        self._prepare(choice)
        self._announce()
        try:
            with ContentionWatch():
                state, reason = self._train_epochs()
        except BadNumbersError as error:
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

    def _try_placements(self) -> Choice | None:
        """The fastest placement, after a trial if it is worth one; None if an end was asked for meanwhile."""
        keep_freed_memory()
        choice = tried_placement(self._config, self._total_steps, on_trial=self._tell_trial, goes_on=self._tries_on)
        give_back_freed_memory()
        return choice

    def _tell_trial(self, seconds: float | None) -> None:
        about = f", about {max(1, round(seconds))} s" if seconds is not None else ""
        self._emit(StateChanged(state=RunState.STARTING, detail=f"measuring threads and number formats{about}"))

    def _tries_on(self) -> bool:
        """Whether to go on with a trial. Does waiting errands first; a pause waits for the first batch."""
        self._control.errands.run()
        return not self._control.should_end()

    def _prepare(self, choice: Choice) -> None:
        """Makes all that trains, for the placement chosen."""
        config, dataset = self._config, self._dataset
        keep_freed_memory()
        self._placement, self._placement_reason = choice.placement, choice.reason
        torch.set_num_threads(self._placement.threads)
        self._batches = TrainingBatches(config, dataset.train, self._placement.device)
        self._validator = Validator(dataset.validation, self._placement, flip_average=config.flip_average)
        self._learner = Learner(config, self._placement, self._total_steps)
        self._recorder = (
            LearningRecorder(self._learning, config, dataset.validation, self._placement, self._emit)
            if self._learning
            else None
        )
        self._keeper = CheckpointKeeper(self._checkpoints, self._facts, self._learner, self._emit, config.keep_every)

    def _announce(self) -> None:
        summary = summarise(self._config.model)
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
            device=str(self._placement.device),
            precision=self._placement.precision,
            threads=self._placement.threads,
            placement_reason=self._placement_reason,
            program_version=__version__,
            torch_version=torch.__version__,
        )
        if self._resumed_with is None:
            self._emit(started)
        else:
            # Restored before it is announced: a resume that is announced can't be refused any more.
            recovered, self._recovered = self._recovered, None  # a second copy of all tensors is not needed for long
            if recovered is not None:
                self._learner.restore(recovered.weights, recovered.trainer)
            # From here on, nothing may draw from torch's generators before the next step.
            self._emit(
                RunResumed(
                    started=started,
                    checkpoint=recovered.name if recovered else "",
                    epoch=self._epoch,
                    step=self._step,
                    best=self._best,
                    active_seconds=self._seconds_before,
                    note=self._note,
                )
            )
            if self._recorder is not None:
                self._recorder.forget_from(self._epoch)
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
                return RunState.STOPPED, self._keep_unfinished()
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
            loss, logits = self._learner.step(images, labels, done_before + self._step)
            self._meter.add(loss, logits, labels)
            self._step += 1
            if self._clock.seconds - self._reported_at >= SECONDS_BETWEEN_REPORTS:
                self._report()
                if self._keeper.is_due():
                    self._keep_moment()
            if not self._goes_on():
                return False
        self._report()
        return True

    def _report(self) -> None:
        """Tells of the steps since the last report.

        Raises:
            BadNumbersError: A loss among them is nan or infinite.
        """
        try:
            window = self._meter.take_window()
        except NonFiniteLoss as error:
            raise self._bad_numbers("loss", error.batches_ago) from error
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
        return self._validator(self._learner.network, self._goes_on)

    def _end_epoch(self, found: Validation) -> None:
        training, validation = self._meter.epoch, found.totals
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
        self._meter = Meter(smoothed=self._config.label_smoothing > 0)
        self._training_seconds = 0.0
        self._keeper.keep_epoch(ended, self._batches.steps_per_epoch, self._standing())
        if self._recorder is not None:
            self._recorder.record(ended.epoch, self._learner.network, found.class_recalls)

    def _keep_moment(self) -> None:
        self._report()
        self._require_finite_weights()
        self._keeper.keep_moment(self._standing())

    def _keep_unfinished(self) -> str:
        """Saves the weights of an epoch that was broken off, if that is wanted; tells what became of them."""
        place = f"in epoch {self._epoch} of {self._config.epochs}"
        if self._control.request is Request.ABANDON:
            return f"abandoned {place}"
        self._emit(StateChanged(state=RunState.STOPPING, detail="saving checkpoint last"))
        self._keep_moment()
        return f"{self._stopped()} {place}, at step {self._step} of {self._batches.steps_per_epoch}"

    def _steps_before_epoch(self) -> int:
        return (self._epoch - 1) * self._batches.steps_per_epoch

    def _learning_rate(self) -> float:
        """That of the newest step."""
        return self._learner.learning_rate(max(0, self._steps_before_epoch() + self._step - 1))

    def _stopped(self) -> str:
        return f"interrupted {self._control.why}" if self._control.why else "stopped"

    def _standing(self) -> Standing:
        return Standing(
            epoch=self._epoch,
            step=self._step,
            totals=replace(self._meter.epoch),
            training_seconds=self._training_seconds,
            active_seconds=self._clock.seconds,
            best=self._best,
            lowest_loss=self._lowest_loss,
        )

    def _facts(self, epoch: int, step: int, ended: EpochEnded | None, standing: Standing) -> CheckpointFacts:
        return CheckpointFacts(
            run=self._run_name,
            config=self._config,
            epoch=epoch,
            step=step,
            device=self._placement.device.type,
            precision=self._placement.precision,
            threads=self._placement.threads,
            dataset=self._dataset.name,
            dataset_fingerprint=self._dataset.fingerprint,
            validation_accuracy=ended.validation_accuracy if ended else None,
            validation_loss=ended.validation_loss if ended else None,
            standing=standing,
        )

    def _goes_on(self) -> bool:
        """Whether to train on. Does waiting errands and sits out a pause first; neither counts as training time."""
        if not self._control.wants_attention():
            return True
        with self._clock.held():
            self._control.errands.run()
        if self._control.request is Request.PAUSE:  # also one that was asked for during an errand
            self._keep_moment()
            with self._clock.held():
                self._emit(StateChanged(state=RunState.PAUSED))
                self._control.wait_while_paused()
                if not self._control.should_end():
                    self._emit(StateChanged(state=RunState.TRAINING))
        return not self._control.should_end()

    def _require_finite_weights(self) -> None:
        """Keeps weights that are of no use from being saved: the last steps' losses don't show what they did.

        Raises:
            BadNumbersError: A weight is nan or infinite.
        """
        if not self._learner.is_finite():
            raise self._bad_numbers("weights", 0)

    def _bad_numbers(self, what: str, steps_ago: int) -> BadNumbersError:
        step = self._step - steps_ago
        found = BadNumbersFound(
            what=what,
            epoch=self._epoch,
            step=step,
            learning_rate=self._learner.learning_rate(self._steps_before_epoch() + step - 1),
            gradient_norm=self._learner.gradient_norm(),
            has_checkpoint=bool(checkpoint_names(self._checkpoints)),
        )
        self._emit(found)
        return BadNumbersError(found, self._run_name)
