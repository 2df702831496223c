"""Owns the one run under way. It lives on the app, so no screen that is left can take the run with it."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.engine.outcome import failed_to_start
from fmnist_tui.engine.protocol import Engine, RunHandle
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, RunEnded, RunState
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import Snapshot

logger = logging.getLogger(__name__)


class RunController:
    """Starts and steers runs, and folds what they say into the newest snapshot.

    What may be done next follows from the run's own state alone.

    Args:
        engine: The compute side.
        announce: Called on the compute thread when there is news that nobody was told of; must return at once.
    """

    def __init__(self, engine: Engine, announce: Callable[[], object]) -> None:
        self._engine = engine
        self._announce = announce
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._is_announced = False
        self._handle: RunHandle | None = None
        self._config: RunConfig | None = None
        self._resumed: RunFolder | None = None
        self._changes = ResumeOverrides()
        self._over: Future[RunEnded] = Future()

    @property
    def config(self) -> RunConfig | None:
        """What the run under way, or else the last one, was started with."""
        return self._config

    @property
    def changes(self) -> ResumeOverrides:
        """What that run was asked to do differently from when it began."""
        return self._changes

    @property
    def folder(self) -> RunFolder | None:
        """The folder of that run; None before there is one.

        A resumed run's is the one that was found: its log has another name in it where the folder was copied.
        """
        if self._resumed is not None:
            return self._resumed
        started = None if self.snapshot is None else self.snapshot.started
        return None if started is None else RunFolder(runs_folder() / started.run)

    @property
    def snapshot(self) -> Snapshot | None:
        """The run as it stands; None before the first run."""
        with self._lock:
            return self._snapshot

    @property
    def state(self) -> RunState | None:
        """The run's state; None before the first run."""
        snapshot = self.snapshot
        return None if snapshot is None else snapshot.state

    @property
    def over(self) -> Future[RunEnded]:
        """Done when the run under way has said its last word."""
        return self._over

    @property
    def is_active(self) -> bool:
        return self.state is not None and not self.state.is_over

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
    def can_resume(self) -> bool:
        """Whether the run is over, but has work left and something on disk to resume from."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.state not in (RunState.STOPPED, RunState.FAILED):
            return False
        return self._resumed is not None or snapshot.has_trained

    @property
    def can_show_learning(self) -> bool:
        """Whether the run has records of what it learned, or goes on and will have some."""
        snapshot = self.snapshot
        if snapshot is None or self.folder is None:
            return False
        return self.is_active or snapshot.learned is not None or snapshot.last_epoch is not None

    def start(self, config: RunConfig) -> None:
        """Begins a run.

        Raises:
            UserError: Another one is going on.
        """
        self._begin(config, lambda sink: self._engine.train(config, sink))

    def resume(self, folder: RunFolder, changes: ResumeOverrides | None = None) -> None:
        """Goes on with a run of the past.

        Raises:
            UserError: Another one is going on, or its config can't be read.
        """
        config = folder.config()
        config = changes.applied_to(config) if changes else config
        self._begin(config, lambda sink: self._engine.resume(folder.path, sink, changes), folder, changes)

    def _begin(
        self,
        config: RunConfig,
        launch: Callable[[EventSink], RunHandle],
        resumed: RunFolder | None = None,
        changes: ResumeOverrides | None = None,
    ) -> None:
        if not self.can_start:
            raise UserError("a run is going on", "Stop it first")
        over: Future[RunEnded] = Future()
        with self._lock:
            self._snapshot, self._is_announced = Snapshot(), False
        self._config, self._over = config, over
        self._resumed, self._changes = resumed, changes or ResumeOverrides()
        try:
            self._handle = launch(CallbackSink(lambda event: self._receive(event, over)))
        except Exception as error:
            logger.exception("a run could not be launched")
            self._handle = None
            self._receive(failed_to_start(error), over)  # else it would be starting for good, and no other could begin

    def pause(self) -> None:
        if self._handle and self.can_pause:
            self._handle.pause()

    def unpause(self) -> None:
        if self._handle and self.can_unpause:
            self._handle.unpause()

    def stop(self, why: str = "") -> None:
        if self._handle and self.can_stop:
            self._handle.stop(why)

    def abandon(self) -> None:
        if self._handle and self.is_active:
            self._handle.abandon()

    def take(self) -> Snapshot | None:
        """The newest snapshot; from now on the next event is announced again."""
        with self._lock:
            self._is_announced = False
            return self._snapshot

    def _receive(self, event: Event, over: Future[RunEnded]) -> None:
        """The run's sink, on the compute thread.

        However many events come, one announcement is under way at most, and one more for each new state: what a key
        has brought about is drawn at once.
        """
        with self._lock:
            if over is not self._over or self._snapshot is None:
                return  # a straggler of an earlier run
            before, self._snapshot = self._snapshot, self._snapshot.after(event)
            is_news = not self._is_announced or self._snapshot.state is not before.state
            self._is_announced = True
        if is_news:
            self._announce()
        if isinstance(event, RunEnded) and not over.done():
            over.set_result(event)
