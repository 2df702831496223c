"""Limit how often a run is drawn, because training waits while the interface draws."""

import time
from collections.abc import Callable

SHARE = 0.007
"""The largest share of time spent drawing during training."""

MIN_SECONDS, MAX_SECONDS = 0.1, 0.5
"""Bounds of the seconds between two frames: faster is unreadable, slower looks frozen."""


class RedrawThrottle:
    """Spaces frames so that drawing takes at most `SHARE` of the time.

    The cost of a frame is known only after the screen was painted, some time after it was begun. So the next one is due
    when the processor time since the last one began is at most that share of the time since then.

    Args:
        clock: Returns seconds since any start.
        work: Returns the seconds of processor time that the drawing thread has used.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, work: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock = clock
        self._work = work
        self._began_at = float("-inf")
        self._worked_then = 0.0

    def wait(self) -> float:
        """Return the seconds until the next frame is due; 0 if it is."""
        period = min(max((self._work() - self._worked_then) / SHARE, MIN_SECONDS), MAX_SECONDS)
        return max(0.0, self._began_at + period - self._clock())

    def begin(self) -> None:
        """Record that a frame begins."""
        self._began_at, self._worked_then = self._clock(), self._work()
