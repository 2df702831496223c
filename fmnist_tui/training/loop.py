"""The training loop: a run's states from the choice of what to compute with to `RunEnded`, and an event for each.

It knows no widgets, prints nothing and owns no thread. Callers see its events and steer it by its `Control`.
"""

from pathlib import Path

from fmnist_tui.checkpoints.latest import LoadedCheckpoint
from fmnist_tui.checkpoints.manifest import checkpoint_names
from fmnist_tui.checkpoints.progress import TrainingProgress
from fmnist_tui.checkpoints.saver import CheckpointSaver
from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    Emit,
    FinalState,
    NonFiniteFound,
    RunEnded,
    RunResumed,
    RunState,
    StateChanged,
    ValidationStarted,
)
from fmnist_tui.training.allocator import give_back_freed_memory, keep_freed_memory
from fmnist_tui.training.autotune import ChosenPlan, autotune
from fmnist_tui.training.collective import Collective, PeerLostError, SingleProcess
from fmnist_tui.training.compute_plan import ComputePlan, choose_plan, same_plan
from fmnist_tui.training.contention import contention_watch
from fmnist_tui.training.control import Control, Request
from fmnist_tui.training.denormals import denormals_flushed
from fmnist_tui.training.determinism import prepare_process
from fmnist_tui.training.divergence import NonFiniteError
from fmnist_tui.training.follower import Assignment, packed_state
from fmnist_tui.training.memory_check import require_memory
from fmnist_tui.training.metric_accumulator import NonFiniteLoss
from fmnist_tui.training.probe import TrainingProbe
from fmnist_tui.training.progress_tracker import ProgressTracker, run_started
from fmnist_tui.training.timing import Timing
from fmnist_tui.training.trainer import Trainer
from fmnist_tui.training.validation import Validation


class TrainingLoop:
    """One attempt to train a run, from its first step or a checkpoint's to its `RunEnded`.

    Args:
        run: The run's name.
        config: What to train, and how.
        dataset: What to train on.
        checkpoints: The folder to save checkpoints in.
        control: The requests of others.
        emit: Receives every event.
        loaded: The checkpoint to resume from; None starts the run.
        plan: What to compute with when a run is resumed; None takes what the checkpoint was trained with.
        note: What is different from before the interruption.
        probes: The folder to record probes in; None records none.
        timing: When to report and save.
        collective: The processes that train the network together; only this one if None.
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
        probes: Path | None = None,
        timing: Timing | None = None,
        collective: Collective | None = None,
    ) -> None:
        self._run_name = run
        self._config = config
        self._dataset = dataset
        self._control = control
        self._emit = emit
        self._loaded = loaded
        self._is_resumed = loaded is not None or plan is not None
        self._plan = plan
        self._note = note
        self._checkpoints = checkpoints
        self._probes = probes
        self._timing = timing or Timing()
        self._collective = collective or SingleProcess()
        self._before = loaded.manifest.progress if loaded else TrainingProgress()
        self._tracker = ProgressTracker(self._before, self._timing)

    @denormals_flushed()
    def run(self) -> RunEnded:
        """Train until all epochs are done, an end is requested, or numbers stop being finite.

        Raises:
            UserError: This machine can't do what the config asks for, or the checkpoint doesn't fit.
        """
        state: FinalState
        choice = self._choose_plan()
        if choice is None:
            state, reason = RunState.STOPPED, f"{self._stopped()} before the first batch"
            epochs = self._before.epoch - 1
        else:
            self._prepare(choice)
            try:
                with contention_watch():
                    state, reason = self._train_epochs()
            except NonFiniteError as error:
                state, reason = RunState.FAILED, error.line()
            except PeerLostError as error:
                state, reason = RunState.FAILED, self._save_after(error)
            epochs = self._trainer.epoch - 1
        ended = self._tracker.run_ended(state, reason, epochs)
        self._emit(ended)
        return ended

    def _choose_plan(self) -> ChosenPlan | None:
        """Return what to compute with; None if an end was requested meanwhile."""
        plan = self._plan
        if plan is None and self._loaded is not None:
            plan = same_plan(self._config, self._loaded.manifest)
        require_memory(self._config, self._dataset, plan or choose_plan(self._config))
        if plan is not None:
            return ChosenPlan(plan, "as before the interruption")
        keep_freed_memory()
        total_steps = self._config.epochs * self._config.steps_per_epoch(len(self._dataset.train))
        measuring = StateChanged(state=RunState.STARTING, detail="measuring thread counts and precisions")
        own_part = -(-self._config.batch_size // self._collective.processes)
        choice = autotune(
            self._config.model_copy(update={"batch_size": own_part}),
            total_steps,
            on_start=lambda: self._emit(measuring),
            should_continue=self._may_autotune,
        )
        give_back_freed_memory()
        return choice

    def _may_autotune(self) -> bool:
        """Run waiting jobs, and return whether no end was requested; a pause waits for the first batch."""
        self._control.jobs.run()
        return not self._control.should_end()

    def _prepare(self, choice: ChosenPlan) -> None:
        """Build the trainer, restore its state, and announce the run; a run that was announced can't be refused."""
        plan, dataset, timing = choice.plan, self._dataset, self._timing
        # The config that is stored has no "auto" left: equal configs are equal runs.
        config = self._config.pinned(plan.device.type, plan.precision, plan.threads)
        keep_freed_memory()
        prepare_process(config, plan)
        self._trainer = trainer = self._build_together(config, plan)
        started = run_started(self._run_name, config, dataset, choice, trainer)
        self._saver = CheckpointSaver(
            self._checkpoints, started, trainer.train_step, self._emit, interval=timing.save_interval, now=timing.now
        )
        self._probe = (
            TrainingProbe(self._probes, config, dataset.validation, plan, self._emit) if self._probes else None
        )
        loaded, self._loaded = self._loaded, None  # a second copy of all tensors would stay in memory
        if loaded is not None:
            trainer.restore(self._before, loaded.weights, loaded.trainer)
        if self._collective.processes > 1:
            state = trainer.train_step.network.state_dict(), trainer.train_step.trainer_tensors()
            self._collective.share(packed_state(*state))
        # From here on, nothing may draw from torch's generators before the next step.
        if not self._is_resumed:
            self._emit(started)
        else:
            resumed = RunResumed(
                started=started,
                checkpoint=loaded.name if loaded else "",
                epoch=trainer.epoch,
                step=trainer.step,
                best=self._before.best,
                active_seconds=self._before.active_seconds,
                note=self._note,
            )
            self._emit(resumed)
            if self._probe is not None:
                self._probe.forget_from(trainer.epoch)
        self._emit(StateChanged(state=RunState.TRAINING))
        self._tracker = ProgressTracker(self._before, timing)  # its clock starts now

    def _build_together(self, config: RunConfig, plan: ComputePlan) -> Trainer:
        """Return the trainer, after the other processes have built theirs."""
        collective, dataset = self._collective, self._dataset
        if collective.processes > 1:
            if not collective.divides(min(config.batch_size, len(dataset.validation))):
                problem = (
                    f"batches of {config.batch_size} images can't be divided among {collective.processes} processes"
                )
                raise UserError(problem, "Take a larger batch size, or fewer processes")
            assignment = Assignment(
                config=config,
                device=plan.device.type,
                precision=plan.precision,
                threads=plan.threads,
                channels_last=plan.channels_last,
                fingerprint=dataset.fingerprint,
                progress=self._before,
            )
            self._emit(StateChanged(state=RunState.STARTING, detail="waiting for the other processes"))
            collective.share(assignment.model_dump_json().encode())
        return collective.together(lambda: Trainer(config, dataset, plan, collective))

    def _train_epochs(self) -> tuple[FinalState, str]:
        trainer = self._trainer
        ended = self._end_of_epochs()
        while self._collective.decide(ended is None):
            validation = None
            if self._train_rest_of_epoch():
                self._emit(ValidationStarted(epoch=trainer.epoch))
                validation = trainer.validate(self._should_continue)
            if validation is None:
                return RunState.STOPPED, self._save_unfinished()
            self._end_epoch(validation)
            ended = self._end_of_epochs()
            if ended is None and self._control.should_end():
                ended = RunState.STOPPED, f"{self._stopped()} after epoch {trainer.epoch - 1} of {self._config.epochs}"
        assert ended is not None, "the leader decides"
        return ended

    def _end_of_epochs(self) -> tuple[FinalState, str] | None:
        """Return why the run has no further epoch; None if it has one."""
        done, epochs = self._trainer.epoch - 1, self._config.epochs
        if done >= epochs:
            return RunState.FINISHED, f"all {epochs} epochs done" if epochs > 1 else "its epoch is done"
        best, patience = self._tracker.best, self._config.early_stopping
        if patience and best and done - best.epoch >= patience:
            return RunState.FINISHED, f"no better validation accuracy for {patience} epochs"
        return None

    def _train_rest_of_epoch(self) -> bool:
        """Return whether the epoch was finished; False if an end was requested before."""
        self._tracker.begin_window()
        for _step in self._trainer.train_epoch():
            if self._tracker.is_report_due():
                self._report()
                if self._saver.is_due():
                    self._save_step()
            if not self._should_continue():
                return False
        self._report()
        return True

    def _report(self) -> None:
        """Emit the metrics of the steps since the last report.

        Raises:
            NonFiniteError: A loss among them is nan or infinite.
        """
        try:
            done = self._tracker.take_window(self._trainer)
        except NonFiniteLoss as error:
            raise self._non_finite("loss", error.batches_ago) from error
        if done is not None:
            self._emit(done)

    def _end_epoch(self, found: Validation) -> None:
        trainer = self._trainer
        self._require_finite_weights()
        ended, warning = self._tracker.end_epoch(trainer, found)
        self._emit(ended)
        if warning is not None:
            self._emit(warning)
        trainer.next_epoch()
        self._saver.save_epoch(ended, trainer.steps_per_epoch, self._tracker.progress(trainer))
        if self._probe is not None:
            self._probe.record(ended.epoch, trainer.train_step.network, found.class_recalls)

    def _save_step(self) -> None:
        self._report()
        self._require_finite_weights()
        self._saver.save_step(self._tracker.progress(self._trainer))

    def _save_unfinished(self) -> str:
        """Save the unfinished epoch unless it is to be abandoned; return the reason of the run's end."""
        trainer = self._trainer
        place = f"in epoch {trainer.epoch} of {self._config.epochs}"
        if self._control.request is Request.ABANDON:
            return f"abandoned {place}"
        self._emit(StateChanged(state=RunState.STOPPING, detail="saving checkpoint last"))
        self._save_step()
        return f"{self._stopped()} {place}, at step {trainer.step} of {trainer.steps_per_epoch}"

    def _save_after(self, loss: PeerLostError) -> str:
        """Save the last step that all processes have done; return the reason of the run's end."""
        self._emit(StateChanged(state=RunState.STOPPING, detail="saving checkpoint last"))
        try:
            self._save_step()
        except NonFiniteError as error:
            return f"{loss.problem}; {error.line()}"
        trainer = self._trainer
        place = f"epoch {trainer.epoch} of {self._config.epochs}, step {trainer.step} of {trainer.steps_per_epoch}"
        remedy = f"To resume it: fmnist-tui resume {self._run_name}"
        return UserError(f"{loss.problem}; the run was saved in {place}", remedy).line()

    def _stopped(self) -> str:
        return f"interrupted {self._control.reason}" if self._control.reason else "stopped"

    def _should_continue(self) -> bool:
        """Run waiting jobs, wait while paused, and return whether no end was requested."""
        if not self._control.has_pending():
            return True
        with self._tracker.clock.held():
            self._control.jobs.run()
        if self._control.request is Request.PAUSE:  # also one that a job requested
            self._save_step()
            with self._tracker.clock.held():
                self._emit(StateChanged(state=RunState.PAUSED, detail=self._control.pause_reason))
                self._control.wait_while_paused()
                if not self._control.should_end():
                    self._emit(StateChanged(state=RunState.TRAINING))
        return not self._control.should_end()

    def _require_finite_weights(self) -> None:
        """Refuse to save weights that no run can continue from: no loss so far shows the effect of the last step.

        Raises:
            NonFiniteError: A weight is nan or infinite.
        """
        if not self._trainer.train_step.is_finite():
            raise self._non_finite("weights", 0)

    def _non_finite(self, what: str, steps_ago: int) -> NonFiniteError:
        trainer = self._trainer
        found = NonFiniteFound(
            what=what,
            epoch=trainer.epoch,
            step=trainer.step - steps_ago,
            learning_rate=trainer.learning_rate(steps_ago),
            gradient_norm=trainer.train_step.gradient_norm(),
            has_checkpoint=bool(checkpoint_names(self._checkpoints)),
        )
        self._emit(found)
        return NonFiniteError(found, self._run_name)
