"""Save the active run when the interface itself fails, and report it in one line."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.worker import WorkerFailed

from fmnist_tui.engine.controller import RunController, RunSource
from fmnist_tui.errors import UserError
from fmnist_tui.events import RunState
from fmnist_tui.paths import log_file
from fmnist_tui.sanitize import quote

CAUSE = "by an error of the interface"

SECONDS_TO_SAVE = 60.0
"""How long a failed interface waits for a run to be saved: a slow batch and a slow disk. Ctrl+C ends the wait."""

SECONDS_TO_CLOSE = 5.0
"""How long a failed interface may take to close before the process is ended."""


class LastResort:
    """Saves the run and ends the process if a failed interface can't close itself.

    Args:
        app: The interface, which calls `start` when it fails.
        controller: Stops the run.
    """

    def __init__(self, app: App[Any], controller: RunController) -> None:
        self._app, self._controller = app, controller
        self._timer: threading.Timer | None = None
        self._is_taken = threading.Lock()

    def start(self, error: Exception) -> None:
        """Start the timer, once."""
        if self._timer is not None:
            return
        self._timer = threading.Timer(SECONDS_TO_CLOSE, self._end, [error])
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Stop the timer; if it has fired, wait for the end of the process."""
        if self._timer is not None and not self._is_taken.acquire(blocking=False):
            self._timer.join()

    def _end(self, error: Exception) -> None:
        if not self._is_taken.acquire(blocking=False):
            return
        problem = save_after(error, self._controller)
        driver: Any = self._app._driver
        with suppress(Exception):  # the driver may be what is broken; the line must be printed anyway
            driver.stop_application_mode()
        print(f"fmnist-tui: {problem.line()}", file=sys.__stderr__, flush=True)
        os._exit(1)


def cause_of(error: BaseException) -> BaseException:
    """Return the error behind a failed worker."""
    return error.error if isinstance(error, WorkerFailed) else error


def save_after(error: BaseException, controller: RunController) -> UserError:
    """Stop the active run, wait until it is saved, and return the error to report."""
    cause = cause_of(error)
    problem = f"the interface failed: {type(cause).__name__}: {quote(cause, 200)}"
    fate, advice = _stopped(controller)
    return UserError(f"{problem}{fate}", f"{advice}Details: {log_file()}")


def _stopped(controller: RunController) -> tuple[str, str]:
    """Stop the run; return its state and how to resume it. Both are empty if there is none."""
    if controller.source is not RunSource.OWN:
        return "", ""
    was_going = controller.is_active
    controller.stop(CAUSE)
    with suppress(TimeoutError):
        if was_going or controller.ended.done():
            controller.ended.result(SECONDS_TO_SAVE)
    snapshot = controller.snapshot
    if snapshot is None or snapshot.started is None:
        return "", ""
    run = snapshot.started.run
    resume = f"Resume it with `fmnist-tui resume {run}`. "
    if snapshot.ended is None:
        return f"; run {quote(run)} was not saved in time", resume
    if snapshot.state is RunState.FINISHED:
        return f"; run {quote(run)} is finished", ""
    if snapshot.state is RunState.FAILED:
        return f"; run {quote(run)} failed: {quote(snapshot.detail, 200)}", ""
    return f"; run {quote(run)} was stopped and saved", resume
