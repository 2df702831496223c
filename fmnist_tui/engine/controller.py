"""Owns the active run. The controller belongs to the app, so closing a screen does not end the run."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.engine.protocol import Engine, RunHandle
from fmnist_tui.engine.resume_overrides import ResumeOverrides
from fmnist_tui.engine.run_failure import failed_to_start
from fmnist_tui.errors import UserError
from fmnist_tui.events import Event, RunEnded, RunState
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.snapshot import RunSnapshot

logger = logging.getLogger(__name__)


class RunController:
    """Starts and controls runs, and folds their events into the newest snapshot.

    The run's own state decides which actions are allowed.

    Args:
        engine: The compute side.
        announce: Called on the compute thread when there is a new snapshot; must return at once. It is not called again
            before `take`, except for a new state.

    Attributes:
        snapshot: The newest snapshot of the run; None before the first run.
        config: The config of the active run, or else of the last one; None before the first.
        overrides: What this run was resumed with.
        resumed: The folder that this run was resumed from; None for a new run.
        ended: Done when this run has ended.
    """

    def __init__(self, engine: Engine, announce: Callable[[], object]) -> None:
        self._engine = engine
        self._announce = announce
        self._lock = threading.Lock()
        self._is_announced = False
        self._handle: RunHandle | None = None
        self.snapshot: RunSnapshot | None = None
        self.config: RunConfig | None = None
        self.resumed: RunFolder | None = None
        self.overrides = ResumeOverrides()
        self.ended: Future[RunEnded] = Future()

    @property
    def folder(self) -> RunFolder | None:
        """The folder of this run; None before there is one.

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
        """Whether the run is over, has work left and has something on disk to resume from."""
        snapshot = self.snapshot
        if snapshot is None or snapshot.state not in (RunState.STOPPED, RunState.FAILED):
            return False
        return self.resumed is not None or snapshot.has_trained

    @property
    def can_show_learning(self) -> bool:
        """Whether the run has probe records, or is active and will have some."""
        snapshot = self.snapshot
        if snapshot is None or self.folder is None:
            return False
        return self.is_active or snapshot.learned is not None or snapshot.last_epoch is not None

    def start(self, config: RunConfig) -> None:
        """Start a run.

        Raises:
            UserError: Another run is active.
        """
        self._launch(config, lambda sink: self._engine.train(config, sink))

    def resume(self, folder: RunFolder, overrides: ResumeOverrides | None = None) -> None:
        """Resume the run in a folder.

        Raises:
            UserError: Another run is active, or this one's config can't be read.
        """
        config = folder.config()
        config = overrides.applied_to(config) if overrides else config
        self._launch(config, lambda sink: self._engine.resume(folder.path, sink, overrides), folder, overrides)

    def _launch(
        self,
        config: RunConfig,
        launch: Callable[[EventSink], RunHandle],
        resumed: RunFolder | None = None,
        overrides: ResumeOverrides | None = None,
    ) -> None:
        if not self.can_start:
            raise UserError("another run is active", "Stop it first")
        ended: Future[RunEnded] = Future()
        with self._lock:
            self.snapshot, self._is_announced = RunSnapshot(), False
        self.config, self.ended = config, ended
        self.resumed, self.overrides = resumed, overrides or ResumeOverrides()
        try:
            self._handle = launch(CallbackSink(lambda event: self._receive(event, ended)))
        except Exception as error:
            logger.exception("a run could not be launched")
            self._handle = None
            self._receive(failed_to_start(error), ended)  # else it would be starting forever

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

    def _receive(self, event: Event, ended: Future[RunEnded]) -> None:
        """Fold an event into the snapshot, on the compute thread.

        One announcement at most is pending, and one more for each new state, so that a key takes effect at once.
        """
        with self._lock:
            if ended is not self.ended or self.snapshot is None:
                return  # a late event of an earlier run
            before, self.snapshot = self.snapshot, self.snapshot.after(event)
            is_news = not self._is_announced or self.snapshot.state is not before.state
            self._is_announced = True
        if is_news:
            self._announce()
        if isinstance(event, RunEnded) and not ended.done():
            ended.set_result(event)
