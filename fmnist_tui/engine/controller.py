"""Owns the run that is shown. The controller belongs to the app, so closing a screen does not end the run."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.engine.protocol import Engine, RunHandle
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.run_failure import failed_to_start
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, RunEnded, RunState
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.labels import NO_LABELS, RunLabels, readable_labels
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.sanitize import quote

logger = logging.getLogger(__name__)


class RunSource(Enum):
    """Where the run that is shown comes from."""

    OWN = "own"
    """This process trains it, or did: it would end with the process."""

    WATCHED = "watched"
    """Its log shows it; another process may train it."""


@dataclass(eq=False, slots=True)
class ShownRun:
    """The run that the controller shows.

    Attributes:
        config: Its config when it was opened.
        folder: The folder that it was resumed or opened from; None for a new run.
        overrides: What it was resumed with.
        labels: What the user calls it.
        handle: Controls it; None until it is launched, or if that failed.
        ended: Done when it has ended.
    """

    source: RunSource
    config: RunConfig
    folder: RunFolder | None = None
    overrides: ResumeOverrides = field(default_factory=ResumeOverrides)
    labels: RunLabels = NO_LABELS
    handle: RunHandle | None = None
    ended: Future[RunEnded] = field(default_factory=Future)


class RunController:
    """Starts, watches and controls runs, one at a time, and has the newest snapshot of that run.

    The run's own state decides which actions are allowed. A run of this process is never left before it is over; a
    watched one is, whenever another run is to be shown.

    Args:
        engine: The compute side.
        announce: Called on another thread when there is a new snapshot; must return at once. It is not called again
            before `take`, except for a new state.

    Attributes:
        snapshot: The newest snapshot of the run; None before the first run.
    """

    def __init__(self, engine: Engine, announce: Callable[[], object]) -> None:
        self._engine = engine
        self._announce = announce
        self._lock = threading.Lock()
        self._is_announced = False
        self._shown: ShownRun | None = None
        self.snapshot: RunSnapshot | None = None

    @property
    def source(self) -> RunSource | None:
        """Where the run comes from; None before the first run."""
        return None if self._shown is None else self._shown.source

    @property
    def config(self) -> RunConfig | None:
        """The config of the run; None before the first run."""
        return None if self._shown is None else self._shown.config

    @property
    def labels(self) -> RunLabels:
        """What the user calls the run."""
        return NO_LABELS if self._shown is None else self._shown.labels

    def relabel(self, labels: RunLabels) -> None:
        """Note that the labels of the run were changed on disk."""
        if self._shown is not None:
            self._shown.labels = labels

    @property
    def overrides(self) -> ResumeOverrides:
        """What the run was resumed with."""
        return ResumeOverrides() if self._shown is None else self._shown.overrides

    @property
    def resumed(self) -> RunFolder | None:
        """The folder that this run was resumed or opened from; None for a new run."""
        return None if self._shown is None else self._shown.folder

    @property
    def ended(self) -> Future[RunEnded]:
        """Done when the run of this process has ended."""
        return Future() if self._shown is None else self._shown.ended

    @property
    def folder(self) -> RunFolder | None:
        """The folder of the run; None before there is one.

        For a resumed run it is the given folder: if that was copied, its log holds another name.
        """
        if self.resumed is not None:
            return self.resumed
        started = None if self.snapshot is None else self.snapshot.started
        return None if started is None else RunFolder(runs_folder() / started.run)

    @property
    def state(self) -> RunState | None:
        """The run's state; None before the first run."""
        return None if self.snapshot is None else self.snapshot.state

    @property
    def is_live(self) -> bool:
        """Whether the run is not over, whichever process trains it."""
        return self.state is not None and not self.state.is_over

    @property
    def is_active(self) -> bool:
        """Whether this process trains the run."""
        return self.source is RunSource.OWN and self.is_live

    @property
    def can_start(self) -> bool:
        return not self.is_active

    @property
    def can_pause(self) -> bool:
        return self.state is RunState.TRAINING

    @property
    def can_unpause(self) -> bool:
        return self.state is RunState.PAUSED

    @property
    def can_stop(self) -> bool:
        return self.state in (RunState.STARTING, RunState.TRAINING, RunState.PAUSED)

    @property
    def can_move(self) -> bool:
        """Whether the run of this process can be stopped and resumed by another one.

        One that is being resumed with changes can't before it trains: nobody knows yet whether they are made.
        """
        if not self.is_active or not self.can_stop:
            return False
        return self.state is not RunState.STARTING or self.overrides == ResumeOverrides()

    @property
    def can_resume(self) -> bool:
        """Whether the run is over, has work left and has something on disk to resume from."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.state not in (RunState.STOPPED, RunState.FAILED, RunState.CRASHED):
            return False
        return self.resumed is not None or snapshot.has_trained

    @property
    def can_show_learning(self) -> bool:
        """Whether the run has probe records, or is active and will have some."""
        snapshot = self.snapshot
        if snapshot is None or self.folder is None:
            return False
        return self.is_live or snapshot.learned is not None or snapshot.last_epoch is not None

    def start(self, config: RunConfig, labels: RunLabels = NO_LABELS) -> None:
        """Start a run with these labels.

        Raises:
            UserError: A run of this process is active.
        """
        run = ShownRun(RunSource.OWN, config, labels=labels)
        self._train(run, lambda sink: self._engine.train(config, sink, labels))

    def resume(self, folder: RunFolder, overrides: ResumeOverrides | None = None) -> None:
        """Resume the run in a folder.

        Raises:
            UserError: A run of this process is active, or this one's config can't be read.
        """
        config = folder.config()
        config = overrides.applied_to(config) if overrides else config
        run = ShownRun(RunSource.OWN, config, folder, overrides or ResumeOverrides(), readable_labels(folder))
        self._train(run, lambda sink: self._engine.resume(folder.path, sink, overrides))

    def watch(self, folder: RunFolder) -> None:
        """Show the run in a folder as its log shows it, from now on.

        Raises:
            UserError: A run of this process is active, or this one's config can't be read.
        """
        if self.is_active:
            command = f"fmnist-tui watch {quote(folder.run)}"
            raise UserError("this process trains another run", f"Watch this one in a second terminal: {command}")
        run = ShownRun(RunSource.WATCHED, folder.config(), folder, labels=readable_labels(folder))
        self._show(run)
        run.handle = self._engine.watch(folder.path, lambda snapshot: self._receive(run, lambda _before: snapshot))

    def _train(self, run: ShownRun, launch: Callable[[EventSink], RunHandle]) -> None:
        def receive(event: Event) -> None:
            self._receive(run, lambda before: before.after(event))

        self._show(run)
        try:
            run.handle = launch(CallbackSink(receive))
        except Exception as error:
            logger.exception("a run could not be launched")
            receive(failed_to_start(error))  # else it would be starting forever

    def _show(self, run: ShownRun) -> None:
        """Replace the run that is shown.

        Raises:
            UserError: It is a run of this process, and not over.
        """
        if self.is_active:
            raise UserError("another run is active", "Stop it first")
        if self._shown is not None and self._shown.handle is not None and self.source is not RunSource.OWN:
            self._shown.handle.abandon()
        with self._lock:
            self._shown, self.snapshot, self._is_announced = run, RunSnapshot(), False

    @property
    def _handle(self) -> RunHandle | None:
        return None if self._shown is None else self._shown.handle

    def pause(self) -> None:
        if self._handle and self.can_pause:
            self._handle.pause()

    def unpause(self) -> None:
        if self._handle and self.can_unpause:
            self._handle.unpause()

    def stop(self, reason: str = "") -> None:
        if self._handle and self.can_stop:
            self._handle.stop(reason)

    def abandon(self) -> None:
        if self._handle and self.is_active:
            self._handle.abandon()

    def take(self) -> RunSnapshot | None:
        """Return the newest snapshot; from now on the next event is announced again."""
        with self._lock:
            self._is_announced = False
            return self.snapshot

    def _receive(self, run: ShownRun, change: Callable[[RunSnapshot], RunSnapshot]) -> None:
        """Change the snapshot, on another thread than the app's.

        One announcement at most is pending, and one more for each new state, so that a key takes effect at once.
        """
        with self._lock:
            if run is not self._shown or self.snapshot is None:
                return  # a late event of an earlier run
            before, self.snapshot = self.snapshot, change(self.snapshot)
            after = self.snapshot
            is_news = not self._is_announced or after.state is not before.state
            self._is_announced = True
        if is_news:
            self._announce()
        if after.ended is not None and not run.ended.done():
            run.ended.set_result(after.ended)
