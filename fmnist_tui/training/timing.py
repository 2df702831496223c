"""The clock of a run, and how often the run reports and saves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """When a training loop reports and saves.

    Attributes:
        report_interval: Seconds between two `StepsDone` events within an epoch.
        save_interval: Seconds between two saves within an epoch.
        now: Returns the seconds of a monotonic clock.
    """

    report_interval: float = 0.1
    save_interval: float = 30.0
    now: Callable[[], float] = time.perf_counter


class ActiveClock:
    """A stopwatch that can be held.

    Args:
        now: Returns the seconds of a monotonic clock.
        seconds: The time on the stopwatch at the start.
    """

    def __init__(self, now: Callable[[], float], seconds: float = 0.0) -> None:
        self._now = now
        self._started = now() - seconds

    @property
    def seconds(self) -> float:
        """Seconds since the start, without the time that the clock was held."""
        return self._now() - self._started

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the clock inside the `with` block."""
        began = self._now()
        try:
            yield
        finally:
            self._started += self._now() - began
