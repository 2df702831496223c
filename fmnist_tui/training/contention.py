"""Yields processors to other programs that need them, without changing what is computed.

The threads of a parallel operation wait for each other at its end. libgomp lets them spin for some milliseconds, which
is fastest on idle processors. If another program runs on one of them, the spinning threads take the time of the thread
that they wait for, and training falls to a tenth of its speed or less.

libgomp stops spinning while a process has more OpenMP threads than it has processors
(`gomp_throttled_spin_count_var` in its `config/linux/wait.h`). So while the processors are busy, an idle thread
holds an OpenMP pool of its own. The number of threads in an operation stays the same, and so do the bits of its result.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psutil
import torch

READING_INTERVAL_SECONDS = 0.5

BUSY = 0.5
"""With more processors missing than this, sleeping is faster than spinning."""

IDLE = 0.25
"""With fewer processors missing than this, spinning is faster; the gap avoids frequent switching."""

WORTH_SPLITTING = 1 << 20
"""Elements of an operation that torch splits among its threads, which starts a pool."""


class ContentionWatch:
    """Watch how busy other programs keep the processors, and let libgomp spin or sleep accordingly.

    A context manager that takes a reading every half second on a thread of its own. Does nothing on systems other than
    Linux, where torch uses another OpenMP library.

    Args:
        others: Returns how many processors other programs kept busy since its last call; measured if None.
        seconds: Time between two readings.

    Attributes:
        is_yielding: Whether threads sleep at barriers now.
    """

    def __init__(self, others: Callable[[], float] | None = None, seconds: float = READING_INTERVAL_SECONDS) -> None:
        self.is_yielding = False
        self._others = others or BackgroundLoad()
        self._seconds = seconds
        self._end = threading.Event()
        self._threads = torch.get_num_threads()
        self._watcher = threading.Thread(target=self._watch, name="contention-watch", daemon=True)

    def __enter__(self) -> Self:
        if sys.platform == "linux" and self._threads > 1:
            self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        for missing in self._readings():
            if missing > BUSY:
                with _held_pool():
                    self.is_yielding = True
                    for still_missing in self._readings():
                        if still_missing < IDLE:
                            break
                self.is_yielding = False

    def _readings(self) -> Iterator[float]:
        """Yield how many processors are missing, at intervals until the end."""
        processors = available_processors()
        while not self._end.wait(self._seconds):
            yield self._others() + self._threads - processors


@contextmanager
def _held_pool() -> Iterator[None]:
    """Hold an OpenMP pool inside the `with` block, on a thread of its own."""
    released = threading.Event()

    def hold() -> None:
        torch.zeros(WORTH_SPLITTING).add_(1.0)
        released.wait()

    thread = threading.Thread(target=hold, name="openmp-pool", daemon=True)
    thread.start()
    try:
        yield
    finally:
        released.set()
        thread.join()


class BackgroundLoad:
    """A callable that returns how many processors other programs kept busy since the last call."""

    def __init__(self) -> None:
        self._processors = sorted(_affinity())
        self._before = self._reading()

    def __call__(self) -> float:
        (busy_before, own_before, then), reading = self._before, self._reading()
        self._before = reading
        busy, own, now = reading
        return max(0.0, (busy - busy_before - (own - own_before)) / max(now - then, 1e-9))

    def _reading(self) -> tuple[float, float, float]:
        """Return busy seconds of the processors that this process may use, its own seconds, and the current time."""
        times = psutil.cpu_times(percpu=True)
        used = [times[index] for index in self._processors if index < len(times)]
        busy = sum(sum(one) - one.idle - getattr(one, "iowait", 0.0) - _counted_twice(one) for one in used)
        return busy, time.process_time(), time.monotonic()


def available_processors() -> int:
    """Return how many processors this process may run on."""
    return len(_affinity())


def _affinity() -> set[int]:
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _counted_twice(times: object) -> float:
    """Return guest time, which Linux also counts as user and nice time."""
    return float(getattr(times, "guest", 0.0)) + float(getattr(times, "guest_nice", 0.0))
