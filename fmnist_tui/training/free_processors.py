"""How many processors other programs leave to this one, and how many threads that is worth."""

import time
from contextlib import suppress

import psutil

from fmnist_tui.processors import cpu_quota, own_processors

READING_SECONDS = 0.1
"""Ten ticks of the kernel's clock, which is how exactly it accounts for processor time."""


class FreeProcessors:
    """A callable that returns how many processors other programs left to this one since its last call.

    Others are all programs on the processors that this process may use, and all within the quota of its control group.
    """

    def __init__(self) -> None:
        self._processors = sorted(own_processors())
        self._quota = cpu_quota()
        self._before = self._reading()

    def __call__(self) -> float:
        (busy_before, group_before, own_before, then), reading = self._before, self._reading()
        self._before = reading
        busy, group, own, now = reading
        seconds, own_seconds = max(now - then, 1e-9), own - own_before

        def others(of_all: float) -> float:
            return max(0.0, (of_all - own_seconds) / seconds)

        free = len(self._processors) - others(busy - busy_before)
        if self._quota is not None:
            free = min(free, self._quota.processors - others(group - group_before))
        return free

    def _reading(self) -> tuple[float, float, float, float]:
        """Return busy seconds of the processors, seconds of the group, seconds of this process, and the time."""
        times = psutil.cpu_times(percpu=True)
        used = [times[index] for index in self._processors if index < len(times)]
        busy = sum(sum(one) - one.idle - getattr(one, "iowait", 0.0) - _counted_twice(one) for one in used)
        group = 0.0
        with suppress(OSError, ValueError):
            group = self._quota.used_seconds() if self._quota is not None else 0.0
        return busy, group, time.process_time(), time.monotonic()


def free_processors(seconds: float = READING_SECONDS) -> float:
    """Wait for some time, and return how many processors other programs left to this one meanwhile."""
    free = FreeProcessors()
    time.sleep(seconds)
    return free()


def threads_for(most: int, free: float) -> int:
    """Return how many threads train fastest where other programs leave `free` processors.

    A thread more than there are free processors would wait for a turn, and all others with it; one fewer wastes less
    than that. So the nearest whole number is taken, at least 1 and no more than `most`.
    """
    return max(1, min(most, round(free)))


def _counted_twice(times: object) -> float:
    """Return guest time, which Linux also counts as user and nice time."""
    return float(getattr(times, "guest", 0.0)) + float(getattr(times, "guest_nice", 0.0))
