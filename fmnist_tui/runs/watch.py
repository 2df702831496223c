"""What a run of another process is doing, judged by its log and its lock: running, over or crashed."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace

from fmnist_tui.events import (
    EpochEnded,
    Event,
    RunEnded,
    RunResumed,
    RunStarted,
    RunState,
    StateChanged,
    StepsDone,
    Warned,
)
from fmnist_tui.formatting import duration
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.follow import LogFollower, LogUpdate
from fmnist_tui.runs.lock import SILENCE_SECONDS, is_being_written
from fmnist_tui.runs.run_progress import RunProgress

QUIET_SECONDS = 30.0
"""After that time without an event, a run that trains is reported as quiet: suspended, or hung, or just slow."""

CLOSING_SECONDS = 3.0
"""A process that still holds the lock that long after the run's end is not closing the run but resuming it."""


class RunWatcher:
    """Returns a run's new events, and events of its own where the log is not the whole truth.

    These are a `RunEnded` with state "crashed" if the log has no end and no process holds the lock, a `StateChanged` if
    a run that was over is running again, and one each time a run that trains has been quiet for long and reports again.
    Whether another host holds the lock can't always be seen: a run there counts as crashed if its log has been silent
    for long, unless it is paused.

    Args:
        folder: The run.
        is_locked: Returns whether a process holds the run's lock.
        host: The name of this machine.
        clock: Returns the seconds of a monotonic clock.
        wall_clock: Returns the seconds since 1970.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        is_locked: Callable[[RunFolder], bool] = is_being_written,
        host: str = "",
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder, self._log = folder, LogFollower(folder)
        self._is_locked, self._clock, self._wall_clock = is_locked, clock, wall_clock
        self._host = host or socket.gethostname()
        self._problem = ""
        self._forget()

    def _forget(self) -> None:
        self._progress = RunProgress()
        self._started: RunStarted | None = None
        self._known: StateChanged | RunEnded | None = None  # the state according to log and lock; None before any event
        self._shown = RunState.STARTING  # the state according to the returned events
        self._heard_at = self._closed_at = self._clock()
        self._is_quiet = False  # whether that has been reported
        self._is_history = True  # whether the events come from before the watch

    @property
    def absence(self) -> str:
        """Why nothing is known of the run; empty if something is."""
        if self._known is not None:
            return ""
        return f"its log can't be read: {self._log.problem}" if self._log.problem else "it has no log"

    def poll(self) -> LogUpdate:
        """Return what is new."""
        # Before the log is read: what a process writes before it releases the lock is then there.
        is_locked = self._is_locked(self._folder)
        update = self._log.read()
        if update.is_restart:
            self._forget()
        for event in update.events:
            self._follow(event)
        own = self._reading_problems()
        if update.is_at_end:
            self._is_history = False
            # A run that is resumed at this very moment has new events: it is judged the next time.
            if is_locked or not update.events:
                own += self._corrections(is_locked=is_locked)
                own += self._silence()
        return replace(update, events=(*update.events, *own))

    def _follow(self, event: Event) -> None:
        now = self._clock()
        # Only an old event's own time is of use: the clocks of two hosts differ.
        self._heard_at = now - max(0.0, self._wall_clock() - event.time) if self._is_history else now
        self._progress.update(event)
        match event:
            case StateChanged():
                self._known, self._shown = event, event.state
            case RunEnded():
                self._known, self._shown = event, event.state
                self._closed_at = now + CLOSING_SECONDS
            case RunStarted() | RunResumed():
                self._started = event if isinstance(event, RunStarted) else event.started
                self._known = StateChanged(state=RunState.STARTING)
            # A log that has lost its beginning, or a run that only seemed to have crashed.
            case StepsDone() | EpochEnded() if self._known is None or self._known.state is RunState.CRASHED:
                self._known = StateChanged(state=RunState.TRAINING)

    def _reading_problems(self) -> list[Event]:
        if self._log.problem == self._problem:
            return []
        self._problem = self._log.problem
        text = f"the run's log can't be read: {self._problem}"
        return [Warned(text=text, remedy="It is tried again and again")] if self._problem else []

    def _corrections(self, *, is_locked: bool) -> list[Event]:
        """Return the event that states what the run is doing, if it is not what the returned events state."""
        known = self._known
        if known is None:
            return []
        if isinstance(known, StateChanged) and not is_locked and not self._may_be_alive():
            known = self._known = self._crashed()
        if isinstance(known, RunEnded) and not is_locked:
            self._closed_at = self._clock()
        is_resuming = isinstance(known, RunEnded) and is_locked and self._clock() >= self._closed_at
        resuming = StateChanged(state=RunState.STARTING, detail="a process has opened the run to resume it")
        actual = resuming if is_resuming else known
        if actual.state is self._shown:
            return []
        self._shown = actual.state
        return [actual if isinstance(actual, RunEnded) else actual.model_copy(update={"time": self._wall_clock()})]

    def _silence(self) -> list[Event]:
        """Return an event if a run that trains has become quiet, or reports again."""
        is_training = self._known is not None and self._known.state is RunState.TRAINING
        was_quiet, self._is_quiet = self._is_quiet, is_training and self._clock() - self._heard_at >= QUIET_SECONDS
        if self._is_quiet is was_quiet or not is_training:
            return []
        detail = f"no report for {duration(QUIET_SECONDS)}: suspended, or a long batch" if self._is_quiet else ""
        return [StateChanged(state=RunState.TRAINING, detail=detail, time=self._wall_clock())]

    @property
    def _is_of_this_host(self) -> bool:
        return self._started is None or self._started.host in ("", self._host)

    def _may_be_alive(self) -> bool:
        """Return whether the run's process may be alive although its lock can't be seen."""
        if self._is_of_this_host:
            return False
        is_paused = self._known is not None and self._known.state is RunState.PAUSED
        return is_paused or self._clock() - self._heard_at < SILENCE_SECONDS

    def _crashed(self) -> RunEnded:
        if not self._folder.path.is_dir():
            reason = "the run's folder is gone"
        elif self._is_of_this_host:
            process = f"process {self._started.pid}" if self._started and self._started.pid else "the process"
            reason = f"{process} ended without a report: it was killed, or the machine was restarted"
        else:
            host = self._started.host if self._started else "its host"
            silence = duration(self._clock() - self._heard_at)
            reason = f"presumably: no report from {host} for {silence}, and its lock can't be seen from {self._host}"
        return self._progress.ended(RunState.CRASHED, reason)
