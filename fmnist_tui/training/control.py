"""Requests to a run from other threads, signal handlers and processes, which the training reads between two batches."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum

from fmnist_tui.training.job_queue import JobQueue

POLL_INTERVAL_SECONDS = 0.05

OUTSIDE_INTERVAL_SECONDS = 0.25
"""How often requests of other processes are looked for, which takes some microseconds."""


class Request(Enum):
    """The last request."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    ABANDON = "abandon"


ENDS = (Request.STOP, Request.ABANDON)


class Control:
    """The requests to one run, safe to set from any thread and from signal handlers.

    Args:
        jobs: Short jobs to run between two batches.

    Attributes:
        reason: Who or what stopped the run, such as "by SIGTERM".
        pause_reason: Who or what paused it; empty for this process's user.
    """

    def __init__(self, jobs: JobQueue | None = None) -> None:
        self.jobs = JobQueue() if jobs is None else jobs
        self.reason = self.pause_reason = ""
        self._request = Request.RUN
        self._changed = threading.Event()
        self._look_outside: Callable[[], None] | None = None
        self._looked_at = float("-inf")

    @property
    def request(self) -> Request:
        return self._request

    @contextmanager
    def looking_outside(self, look: Callable[[], None]) -> Iterator[None]:
        """Within this, call `look`, which may make requests, four times a second on the thread that trains."""
        self._look_outside = look
        try:
            yield
        finally:
            self._look_outside = None

    def look(self) -> None:
        """Look for requests of other processes, at most four times a second; only on the thread that trains."""
        if self._look_outside is not None and time.monotonic() - self._looked_at >= OUTSIDE_INTERVAL_SECONDS:
            self._looked_at = time.monotonic()
            self._look_outside()

    def has_pending(self) -> bool:
        """Return whether there is anything to do between two batches; called after each, so it is cheap."""
        self.look()
        return self._request is not Request.RUN or bool(self.jobs)

    def pause(self, reason: str = "") -> None:
        """Request a pause after the current batch.

        Args:
            reason: Reported with the pause, such as "by alice@gpu1".
        """
        self.pause_reason = reason
        self._ask(Request.PAUSE)

    def unpause(self) -> None:
        """Request that a paused run continues."""
        self._ask(Request.RUN)

    def stop(self, reason: str = "") -> None:
        """Request that the run finishes its batch, saves checkpoint `last` and ends.

        Args:
            reason: Reported with the end, such as "by SIGTERM".
        """
        self.reason = self.reason or reason
        self._ask(Request.STOP)

    def abandon(self) -> None:
        """Request that the run ends after its batch without saving."""
        self._request = Request.ABANDON
        self._changed.set()

    def should_end(self) -> bool:
        """Return whether an end was requested, with or without saving; only called on the thread that trains."""
        self.look()
        return self._request in ENDS

    def wait_while_paused(self) -> None:
        """Block until a request to continue or end; run jobs meanwhile."""
        while self._request is Request.PAUSE:
            self._changed.wait(POLL_INTERVAL_SECONDS)
            self._changed.clear()
            self.jobs.run()
            self.look()

    def _ask(self, request: Request) -> None:
        # A requested end is not revoked by a later pause or unpause.
        if self._request not in ENDS:
            self._request = request
            self._changed.set()
