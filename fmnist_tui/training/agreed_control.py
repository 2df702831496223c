"""The requests to a run that several processes train: they take effect in all processes at the same step."""

import time
from collections.abc import Callable, Sequence

from fmnist_tui.training.control import ENDS, OUTSIDE_INTERVAL_SECONDS, POLL_INTERVAL_SECONDS, Control, Request

ORDER = (Request.RUN, Request.PAUSE, Request.STOP, Request.ABANDON)
"""Of different requests to different processes, the last one in this order holds."""


class AgreedControl(Control):
    """A control whose request is the one that all processes have agreed on.

    Requests to this process are made by its own control; the collective sends them along with the gradients of each
    step, and sets what was agreed. Until then, before the first step, each process obeys its own.

    Args:
        own: The control of this process.

    Attributes:
        exchange: Exchanges the requests without a step; all processes must call it.
    """

    def __init__(self, own: Control) -> None:
        super().__init__(own.jobs)
        self._own = own
        self._has_agreed = False
        self.exchange: Callable[[], None] = lambda: None

    def votes(self) -> list[float]:
        """Return this process's request, to be added up over all processes."""
        self._own.look()
        return [float(self._own.request is request) for request in ORDER]

    def count(self, votes: Sequence[float]) -> None:
        """Set the request that follows from the sum of all processes' votes."""
        self._has_agreed = True
        self._request = [request for request, voters in zip(ORDER, votes, strict=True) if voters][-1]
        self.pause_reason, self.reason = self._own.pause_reason, self._own.reason
        if self._request in ENDS and self._own.request not in ENDS:
            self.reason = "by a signal to another process"

    def should_end(self) -> bool:
        """Return whether an end was agreed; before the first step, whether one was requested here."""
        return self._request in ENDS if self._has_agreed else self._own.should_end()

    def wait_while_paused(self) -> None:
        """Block until all agree to continue or end; run jobs meanwhile."""
        while self._request is Request.PAUSE:
            until = time.monotonic() + OUTSIDE_INTERVAL_SECONDS
            while time.monotonic() < until:
                time.sleep(POLL_INTERVAL_SECONDS)
                self.jobs.run()
            self.exchange()
