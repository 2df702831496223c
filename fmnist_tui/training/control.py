"""How others steer a run: anyone may ask at any time; the loop obeys between two batches."""

import threading
from enum import Enum

from fmnist_tui.training.job_queue import JobQueue

POLL_INTERVAL_SECONDS = 0.05


class Request(Enum):
    """What was last asked of the run."""

    GO = "go"
    PAUSE = "pause"
    STOP = "stop"
    ABANDON = "abandon"


class Control:
    """The requests to one run, safe to set from any thread and from signal handlers.

    Args:
        jobs: The short jobs that wait for a gap between two batches.
    """

    def __init__(self, jobs: JobQueue | None = None) -> None:
        self.jobs = JobQueue() if jobs is None else jobs
        self.why = ""
        self._request = Request.GO
        self._changed = threading.Event()

    @property
    def request(self) -> Request:
        return self._request

    def wants_attention(self) -> bool:
        """Whether there is anything to do between two batches; asked after each, so it costs next to nothing."""
        return self._request is not Request.GO or bool(self.jobs)

    def pause(self) -> None:
        """Asks the run to wait after the batch under way."""
        self._ask(Request.PAUSE)

    def unpause(self) -> None:
        """Asks a paused run to go on."""
        self._ask(Request.GO)

    def stop(self, why: str = "") -> None:
        """Asks the run to finish its batch, save checkpoint `last` and end.

        Args:
            why: What is said of it, such as "by SIGTERM".
        """
        self.why = self.why or why
        self._ask(Request.STOP)

    def abandon(self) -> None:
        """Asks the run to end after its batch without saving what came after the last checkpoint."""
        self._request = Request.ABANDON
        self._changed.set()

    def should_end(self) -> bool:
        """Whether the run was asked to end, with or without saving."""
        return self._request in (Request.STOP, Request.ABANDON)

    def wait_while_paused(self) -> None:
        """Blocks until the run is asked to go on or to end; errands are done meanwhile."""
        while self._request is Request.PAUSE:
            self._changed.wait(POLL_INTERVAL_SECONDS)
            self._changed.clear()
            self.jobs.run()

    def _ask(self, request: Request) -> None:
        # An end that was asked for is not taken back by a pause or a go-on that comes later.
        if not self.should_end():
            self._request = request
            self._changed.set()
