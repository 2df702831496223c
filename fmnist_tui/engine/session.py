"""The one way to train: a session starts or resumes a run for the command line, the interface, a sweep or a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from shutil import rmtree
from typing import TYPE_CHECKING

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_bus import EventBus
from fmnist_tui.engine.event_sink import CallbackSink, EventSink, RunSink
from fmnist_tui.engine.outside_requests import obeying_requests
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.run_failure import failure_reason
from fmnist_tui.errors import UserError
from fmnist_tui.events import (
    DownloadProgressed,
    Emit,
    EpochEnded,
    Event,
    NonFiniteFound,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    Warned,
)
from fmnist_tui.paths import require_home
from fmnist_tui.runs.elsewhere import refuse_if_trained_elsewhere
from fmnist_tui.runs.event_log import EventLog, read_events
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import NO_LABELS, RunLabels, write_labels
from fmnist_tui.runs.launches import mark_launch
from fmnist_tui.runs.lock import lock_run
from fmnist_tui.runs.resolve import require_free_name
from fmnist_tui.runs.run_progress import RunProgress
from fmnist_tui.training.control import Control
from fmnist_tui.training.launch import Launch

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import Dataset
    from fmnist_tui.engine.resume_plan import ResumePlan
    from fmnist_tui.training.collective import Collective
    from fmnist_tui.training.loop import TrainingLoop
    from fmnist_tui.training.timing import Timing


class Session:
    """Train runs on the calling thread, which must be the only one of the process that uses torch.

    A session owns the run's folder, lock, event log and checkpoints. Whatever happens, the last event of a run is a
    `RunEnded`, which is also returned; it gives the reason.

    Example:
        >>> session = Session([CallbackSink(print)], dataset=dataset)
        >>> session.train(RunConfig.from_preset("fast", "cnn")).best_validation_accuracy
        0.9214

    Args:
        sinks: Receive every event; opened before the first and closed after the last.
        run_sinks: Sinks that are opened when the run's folder exists.
        control: Pauses and stops the run, from another thread or a signal handler.
        dataset: The images, split as the config splits them; loaded, and downloaded if they are missing, if None.
        timing: When the run reports and saves.
        launch: The place of this process among those that train the run together; None if it trains alone.
    """

    def __init__(
        self,
        sinks: Iterable[EventSink] = (),
        *,
        run_sinks: Iterable[type[RunSink]] = (),
        control: Control | None = None,
        dataset: Dataset | None = None,
        timing: Timing | None = None,
        launch: Launch | None = None,
    ) -> None:
        self._sinks = tuple(sinks)
        self._run_sinks = tuple(run_sinks)
        self._control = control or Control()
        self._dataset = dataset
        self._timing = timing
        self._launch = launch
        self._joined: tuple[Collective, Control] | None = None

    def train(self, config: RunConfig, labels: RunLabels = NO_LABELS, *, last_epoch: int | None = None) -> RunEnded:
        """Train a new run. One that ends before it has trained leaves no folder behind.

        Args:
            config: What it is trained with.
            labels: Its name, note and tags; no other run may have that name.
            last_epoch: Stop after this epoch, as a user could; the learning rate is still that of all epochs.
        """

        def start(bus: EventBus, resources: ExitStack, progress: RunProgress) -> RunEnded:
            require_home()  # before anything is loaded that there would be no place for
            require_free_name(labels.name)
            dataset = self._load(config, bus)
            from fmnist_tui.training.compute_plan import choose_plan
            from fmnist_tui.training.memory_check import require_memory

            require_memory(config, dataset, choose_plan(config))  # also refuses a device that this machine lacks
            folder = RunFolder.create(config)
            resources.callback(lambda: rmtree(folder.path) if progress.is_over and not progress.has_trained else None)
            resources.enter_context(lock_run(folder))
            resources.enter_context(obeying_requests(folder, self._control, bus))
            if self._launch is not None:
                mark_launch(folder)
            write_labels(folder, labels)
            self._add_run_sinks(folder, config, bus)

            def emit(event: Event) -> None:
                if isinstance(event, RunStarted):
                    _store_config(folder, event)
                bus(event)
                if isinstance(event, EpochEnded) and event.epoch == last_epoch:
                    self._control.stop()

            return self._loop(folder, config, dataset, emit).run()

        return self._run(config, start)

    def resume(
        self, folder: RunFolder, overrides: ResumeOverrides | None = None, *, replay_history: bool = True
    ) -> RunEnded:
        """Resume a run from its newest good checkpoint, as if it had not been interrupted.

        A run that was killed before its first checkpoint starts again, with the same bits; so does one that has not
        been trained yet, and if that ends before its first batch, its log holds nothing but the reason.

        Args:
            folder: The run.
            overrides: What to change; a factor multiplies the learning rate of the checkpoint.
            replay_history: Whether the sinks first receive the events of the log.

        Raises:
            UserError: The folder holds no valid config, or one that the overrides don't fit.
        """
        written, overrides = folder.config(), overrides or ResumeOverrides()
        overrides.applied_to(written)  # refuses what is invalid before anything is loaded

        def start(bus: EventBus, resources: ExitStack, _progress: RunProgress) -> RunEnded:
            refuse_if_trained_elsewhere(folder)
            resources.enter_context(lock_run(folder))
            resources.enter_context(obeying_requests(folder, self._control, bus))
            if not folder.events_file.exists():
                bus.add(CallbackSink(lambda event: _log_early_end(folder, event)))
            elif replay_history:
                for event in read_events(folder.events_file):
                    if not isinstance(event, RunEnded | NonFiniteFound):  # this resume takes that end back
                        bus.replay(event)
            dataset = self._load(overrides.applied_to(written), bus)
            from fmnist_tui.engine.resume_plan import plan_resume

            resume = plan_resume(folder, overrides, dataset, bus, self._launch.processes if self._launch else 1)
            config, messages = resume.config, resume.messages

            def emit(event: Event) -> None:
                """Write to the run's folder only when nothing can refuse any more: a failed resume changes nothing."""
                if isinstance(event, RunResumed | RunStarted):
                    _store_config(folder, event if isinstance(event, RunStarted) else event.started)
                    self._add_run_sinks(folder, config, bus)
                    for message in messages:
                        bus(message)
                bus(event)

            loop = self._loop(folder, config, dataset, emit, resume)
            del resume  # else the loaded tensors would stay in memory for the whole run
            return loop.run()

        return self._run(written, start)

    def _run(self, config: RunConfig, start: Callable[[EventBus, ExitStack, RunProgress], RunEnded]) -> RunEnded:
        """Run a job with the sinks open; whatever breaks it becomes a `RunEnded` with the reason."""
        progress = RunProgress()
        with ExitStack() as resources, EventBus([CallbackSink(progress.update), *self._sinks]) as bus:
            try:
                if self._launch is not None:
                    bus(StateChanged(state=RunState.STARTING, detail="waiting for the other processes"))
                    from fmnist_tui.engine.distributed import joined

                    self._joined = resources.enter_context(joined(self._launch, self._control))
                return start(bus, resources, progress)
            except Exception as error:  # noqa: BLE001 - reported as the run's end, and logged if it looks like a bug
                # A request to end that interrupts a download, for example, is no failure.
                if isinstance(error, UserError) and self._control.should_end():
                    ended = progress.ended(RunState.STOPPED, error.problem)
                else:
                    ended = progress.ended(RunState.FAILED, failure_reason(error, config))
                bus(ended)
                return ended

    def _add_run_sinks(self, folder: RunFolder, config: RunConfig, bus: EventBus) -> None:
        def warn(reason: str) -> None:
            problem = f"the event log can't be written: {reason}"
            bus(Warned(text=problem, remedy="Free some space; the events are written when there is some"))

        bus.add(EventLog(folder.events_file, warn))
        for sink in self._run_sinks:
            bus.add(sink(folder, config))

    def _loop(
        self, folder: RunFolder, config: RunConfig, dataset: Dataset, emit: Emit, resume: ResumePlan | None = None
    ) -> TrainingLoop:
        from fmnist_tui.training.loop import TrainingLoop

        collective, control = self._joined or (None, self._control)
        return TrainingLoop(
            folder.run,
            config,
            dataset=dataset,
            checkpoints=folder.checkpoints,
            control=control,
            emit=emit,
            loaded=resume.loaded if resume else None,
            plan=resume.plan if resume else None,
            note=resume.note if resume else "",
            probes=folder.probes,
            timing=self._timing,
            collective=collective,
        )

    def _load(self, config: RunConfig, bus: EventBus) -> Dataset:
        """Return the images, after torch is loaded.

        Raises:
            UserError: They can't be loaded, or the run was asked to end meanwhile.
        """
        bus(StateChanged(state=RunState.STARTING, detail="loading the engine"))
        from fmnist_tui.data.dataset import load_dataset

        def on_download(file: str, done_bytes: int, total_bytes: int) -> None:
            bus(DownloadProgressed(file=file, done_bytes=done_bytes, total_bytes=total_bytes))

        dataset = self._dataset
        if dataset is None:
            bus(StateChanged(state=RunState.STARTING, detail="loading the data"))
            dataset = load_dataset(config, on_download, self._control.should_end)
        if self._control.should_end():
            raise UserError("stopped before the first batch")
        return dataset


def _log_early_end(folder: RunFolder, event: Event) -> None:
    """Write the end of a run that ends before its log was begun, which else would be listed as crashed."""
    if isinstance(event, RunEnded) and not folder.events_file.exists():
        with EventLog(folder.events_file) as log:
            log(event)


def _store_config(folder: RunFolder, started: RunStarted) -> None:
    """Store the config that is trained, in which the loop has replaced each "auto" by its choice."""
    if started.config != folder.config():
        folder.write_config(started.config)
