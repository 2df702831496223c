"""Requests to a run from other threads and signal handlers, which the training loop reads between two batches."""

import threading
from enum import Enum

from fmnist_tui.training.job_queue import JobQueue

POLL_INTERVAL_SECONDS = 0.05


class Request(Enum):
    """The last request."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"
    ABANDON = "abandon"


class Control:
    """The requests to one run, safe to set from any thread and from signal handlers.

    Args:
        jobs: Short jobs to run between two batches.
    """

    def __init__(self, jobs: JobQueue | None = None) -> None:
        self.jobs = JobQueue() if jobs is None else jobs
        self.reason = ""
        self._request = Request.RUN
        self._changed = threading.Event()

    @property
    def request(self) -> Request:
        return self._request

    def has_pending(self) -> bool:
        """Return whether there is anything to do between two batches; called after each, so it is cheap."""
        return self._request is not Request.RUN or bool(self.jobs)

    def pause(self) -> None:
        """Request a pause after the current batch."""
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
        """Return whether an end was requested, with or without saving."""
        return self._request in (Request.STOP, Request.ABANDON)

    def wait_while_paused(self) -> None:
        """Block until a request to continue or end; run jobs meanwhile."""
        while self._request is Request.PAUSE:
            self._changed.wait(POLL_INTERVAL_SECONDS)
            self._changed.clear()
            self.jobs.run()

    def _ask(self, request: Request) -> None:
        # A requested end is not revoked by a later pause or unpause.
        if not self.should_end():
            self._request = request
            self._changed.set()
