"""A run from config to last event: data, folder, log, loop. The CLI and the TUI both train through it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from fmnist_tui.atomic_files import sweep_temporaries
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.resume_overrides import ResumeOverrides, note_on
from fmnist_tui.errors import UserError, memory_error
from fmnist_tui.events import (
    CheckpointSaved,
    DownloadProgressed,
    Emit,
    EpochEnded,
    Event,
    FinalState,
    NonFiniteFound,
    PlanUnavailable,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    Warned,
)
from fmnist_tui.paths import require_home
from fmnist_tui.runs.attempts import Attempts, attempts_of
from fmnist_tui.runs.event_log import EventLog, read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.sanitize import quote
from fmnist_tui.training.control import Control

if TYPE_CHECKING:
    from fmnist_tui.checkpoints.latest import LoadedCheckpoint
    from fmnist_tui.data.dataset import Dataset

logger = logging.getLogger(__name__)

_WITH_FP32 = (
    "To resume it in fp32 on what is here, with results that differ from the uninterrupted run's: "
    "fmnist-tui resume {run} --allow-fp32"
)


def conduct(config: RunConfig, control: Control, listeners: Iterable[Emit]) -> RunEnded:
    """Trains one run on the calling thread, which must be the only one of the process that uses torch.

    Whatever happens, the last event is a `RunEnded`, which is also returned. A run that ends before it has trained
    leaves no folder behind.
    """

    def begin(bus: EventBus, open_files: ExitStack) -> RunEnded:
        require_home()  # before anything is loaded for which there would be no place
        dataset = _load(config, control, bus)
        from fmnist_tui.training.compute_plan import choose_plan
        from fmnist_tui.training.loop import TrainingLoop
        from fmnist_tui.training.memory import require_memory

        require_memory(config, dataset, choose_plan(config))  # refuses what this machine lacks, too
        folder = RunFolder.create(config)
        open_files.callback(lambda: folder.delete() if bus.has_failed_to_begin else None)
        open_files.enter_context(lock_run(folder))
        bus.listeners.append(open_files.enter_context(EventLog(folder.events_file, bus.warn_of_log)))
        return TrainingLoop(
            folder.run,
            config,
            dataset=dataset,
            checkpoints=folder.checkpoints,
            control=control,
            emit=bus,
            learning=folder.learning,
        ).run()

    return _guarded(begin, config, control, EventBus(listeners))


def resume(
    folder: RunFolder,
    control: Control,
    listeners: Iterable[Emit],
    changes: ResumeOverrides | None = None,
    *,
    replay_history: bool = True,
) -> RunEnded:
    """Goes on with a run from its newest good checkpoint, on the calling thread, as if there had been no break.

    A run that was killed before its first checkpoint begins again, with the same bits.

    Args:
        folder: The run.
        control: Through which others steer.
        listeners: Hear every event.
        changes: What is to be different from now on; a factor is of the learning rate that the checkpoint has.
        replay_history: Whether the listeners are first told what the log says of the time before.

    Raises:
        UserError: The folder holds no config, or one that the changes don't fit.
    """
    written, changes = folder.config(), changes or ResumeOverrides()
    changes.applied_to(written)  # refuses what can't be, before anything is loaded

    def go_on(bus: EventBus, open_files: ExitStack) -> RunEnded:
        open_files.enter_context(lock_run(folder))
        if replay_history and folder.events_file.exists():
            for event in read_events(folder.events_file):
                if not isinstance(event, RunEnded | NonFiniteFound):  # that end is taken back
                    bus(event)
        dataset = _load(written, control, bus)
        from fmnist_tui.checkpoints.latest import load_latest
        from fmnist_tui.training.compute_plan import PlanUnavailableError, fp32_plan, same_plan
        from fmnist_tui.training.loop import TrainingLoop

        sweep_temporaries(folder.checkpoints)
        messages: list[Event] = []
        loaded = load_latest(folder.checkpoints, messages.append)
        attempts = attempts_of(folder)
        # Without a checkpoint, the run begins again as it began before.
        before = loaded.manifest if loaded else attempts.newest
        if before is not None and before.dataset_fingerprint != dataset.fingerprint:
            raise UserError(
                f"run {quote(folder.run)} was trained on other {before.dataset} images than are here",
                "Bring back the data that it was trained on",
            )
        config = changes.applied_to(written, _rate_to_scale(written, loaded, attempts))
        done = loaded.manifest.progress.epoch - 1 if loaded else 0
        trained_with = loaded.manifest.config if loaded else attempts.first.config if attempts.first else written
        note = note_on(trained_with, config, done)
        if done >= config.epochs and attempts.is_finished:
            raise UserError(
                f"all {config.epochs} epochs of run {quote(folder.run)} are done", "Ask for more of them with --epochs"
            )
        plan = None
        if before is not None:
            try:
                plan = same_plan(config, before)
            except PlanUnavailableError as error:
                if not changes.allow_fp32:
                    bus(PlanUnavailable(problem=error.problem))
                    raise UserError(error.problem, _WITH_FP32.format(run=folder.run)) from error
                plan = fp32_plan(config, before)
                config = config.model_copy(update={"device": plan.device.type, "precision": plan.precision})
                remedy = f"It goes on with {plan}: results will differ from the uninterrupted run's"
                messages.append(Warned(text=error.problem, remedy=remedy))

        def emit(event: Event) -> None:
            """Write what the run is from now on once nothing can refuse any more: a failed resume changes nothing."""
            if isinstance(event, RunResumed | RunStarted):
                if config != written:
                    folder.write_config(config)
                bus.listeners.append(open_files.enter_context(EventLog(folder.events_file, bus.warn_of_log)))
                for message in messages:
                    bus(message)
            bus(event)

        return TrainingLoop(
            folder.run,
            config,
            dataset=dataset,
            checkpoints=folder.checkpoints,
            control=control,
            emit=emit,
            loaded=loaded,
            plan=plan,
            note=note,
            learning=folder.learning,
        ).run()

    return _guarded(go_on, written, control, EventBus(listeners))


def _rate_to_scale(written: RunConfig, loaded: LoadedCheckpoint | None, attempts: Attempts) -> float:
    """Return the learning rate that a factor is of: the checkpoint's, or the one that broke the run since.

    Not that of config.json: a resume that was killed before it saved a checkpoint has written its own there, and when
    it is repeated, the factor must not act twice.
    """
    if attempts.broke and attempts.newest is not None:
        return attempts.newest.config.learning_rate
    if loaded is not None:
        return loaded.manifest.config.learning_rate
    return (attempts.first.config if attempts.first else written).learning_rate


def _guarded(
    job: Callable[[EventBus, ExitStack], RunEnded], config: RunConfig, control: Control, bus: EventBus
) -> RunEnded:
    """Does the job; whatever breaks it becomes a `RunEnded` that says so."""
    with ExitStack() as open_files:
        try:
            return job(bus, open_files)
        except UserError as error:
            # what a wish to end breaks off, such as a download, is no failure
            return bus.end(RunState.STOPPED if control.should_end() else RunState.FAILED, error.line())
        except OSError as error:
            if unmapped := memory_error(error):  # a library that could not be loaded
                return bus.end(RunState.FAILED, unmapped.line())
            place = f" at {quote(error.filename, 200)}" if error.filename else ""
            problem = f"the disk failed{place}: {error.strerror or error}"
            remedy = (
                "Free some space, or set FMNIST_TUI_HOME to a folder that you may write to; what was saved is whole"
            )
            return bus.end(RunState.FAILED, UserError(problem, remedy).line())
        except MemoryError:
            return bus.end(RunState.FAILED, _out_of_memory(config))
        except ImportError as error:
            unloadable = UserError(f"torch can't be loaded: {quote(error, 300)}", "Install it again")
            return bus.end(RunState.FAILED, (memory_error(error) or unloadable).line())
        except Exception as error:
            logger.exception("a run broke")
            if "out of memory" in str(error).lower() or "can't allocate memory" in str(error).lower():
                return bus.end(RunState.FAILED, _out_of_memory(config))
            return bus.end(RunState.FAILED, _internal(error))


def _load(config: RunConfig, control: Control, bus: EventBus) -> Dataset:
    """The run's data, with the engine loaded before it.

    Raises:
        UserError: It can't be had, or an end was asked for meanwhile.
    """
    bus(StateChanged(state=RunState.STARTING, detail="loading the engine"))
    from fmnist_tui.data.dataset import load_dataset

    def on_download(file: str, done_bytes: int, total_bytes: int) -> None:
        bus(DownloadProgressed(file=file, done_bytes=done_bytes, total_bytes=total_bytes))

    bus(StateChanged(state=RunState.STARTING, detail="loading the data"))
    dataset = load_dataset(config.data, config.validation_size, on_download, control.should_end)
    if control.should_end():
        raise UserError("stopped before the first batch")
    return dataset


class EventBus:
    """Hands each event to every listener. One that raises is dropped: it must not end the run for the others."""

    def __init__(self, listeners: Iterable[Emit]) -> None:
        self.listeners = list(listeners)
        self._last: EpochEnded | None = None
        self._best: EpochEnded | None = None
        self._has_trained = self._is_over = False

    @property
    def has_failed_to_begin(self) -> bool:
        """Whether the run is over before a batch of it was reported, saved or found broken."""
        return self._is_over and not self._has_trained

    def __call__(self, event: Event) -> None:
        self._has_trained |= isinstance(event, StepsDone | EpochEnded | CheckpointSaved | NonFiniteFound)
        self._is_over |= isinstance(event, RunEnded)
        if isinstance(event, EpochEnded):
            self._last, self._best = event, event if event.is_best else self._best
        for listener in tuple(self.listeners):
            try:
                listener(event)
            except Exception:
                logger.exception("an event's listener broke and hears no more")
                self.listeners.remove(listener)

    def warn_of_log(self, reason: str) -> None:
        """Warn that the event log can't be written; the checkpoints are saved all the same."""
        self(Warned(text=f"the event log can't be written: {reason}", remedy="Free some space; events wait until then"))

    def end(self, state: FinalState, reason: str) -> RunEnded:
        """Ends a run that never came to its loop, or whose loop broke."""
        ended = RunEnded(
            state=state,
            reason=reason,
            epochs=self._last.epoch if self._last else 0,
            best_epoch=self._best.epoch if self._best else 0,
            best_validation_accuracy=self._best.validation_accuracy if self._best else 0.0,
            active_seconds=self._last.active_seconds if self._last else 0.0,
        )
        self(ended)
        return ended


def _out_of_memory(config: RunConfig) -> str:
    return UserError(
        f"memory ran out with batch size {config.batch_size} and model {config.model_name}",
        "Take a smaller batch size or a smaller model",
    ).line()


def _internal(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return UserError(
        f"an error of fmnist-tui itself in {place.name}: {type(error).__name__} {quote(error, 300)}",
        "Please report it",
    ).line()
