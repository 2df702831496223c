"""How often a run is drawn: as often as it costs next to nothing, for the training waits while the interface draws."""

import time
from collections.abc import Callable

SHARE = 0.007
"""Of the time may go into the interface while a run moves."""

MIN_SECONDS, MAX_SECONDS = 0.1, 0.5
"""Seconds between two frames: more often than the first nobody can read, less often than the last seems to hang."""


class RedrawThrottle:
    """Spaces frames so that the thread that draws them is busy for no more than a small share of the time.

    What a frame costs shows only when the screen was painted, some time after it was begun. So the next one is due when
    all that the thread has worked since the last one began has become a small share of the time since then.

    Args:
        clock: Seconds, from any beginning.
        work: Seconds of processor time that the drawing thread has used.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, work: Callable[[], float] = time.thread_time
    ) -> None:
        self._clock = clock
        self._work = work
        self._began_at = float("-inf")
        self._worked_then = 0.0

    def wait(self) -> float:
        """Seconds until the next frame is due; 0 if it is."""
        period = min(max((self._work() - self._worked_then) / SHARE, MIN_SECONDS), MAX_SECONDS)
        return max(0.0, self._began_at + period - self._clock())

    def begin(self) -> None:
        """To be called as a frame begins."""
        self._began_at, self._worked_then = self._clock(), self._work()
