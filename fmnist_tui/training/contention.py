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
from contextlib import AbstractContextManager, contextmanager, nullcontext

import psutil
import torch

READING_INTERVAL_SECONDS = 0.5

BUSY = 0.5
"""With more processors missing than this, sleeping is faster than spinning."""

IDLE = 0.25
"""With fewer processors missing than this, spinning is faster; the gap avoids frequent switching."""

WORTH_SPLITTING = 1 << 20
"""Elements of an operation that torch splits among its threads, which starts a pool."""


def contention_watch(
    others: Callable[[], float] | None = None, seconds: float = READING_INTERVAL_SECONDS
) -> AbstractContextManager[None]:
    """Return a context in which libgomp spins or sleeps depending on how busy other programs keep the processors.

    A thread of its own takes the readings. Changes nothing on systems other than Linux, where torch uses another OpenMP
    library, or if the calling thread computes with one thread.

    Args:
        others: Returns how many processors other programs kept busy since its last call; measured if None.
        seconds: Time between two readings.
    """
    threads = torch.get_num_threads()
    if sys.platform != "linux" or threads == 1:
        return nullcontext()
    load = others or BackgroundLoad()

    def missing(ended: threading.Event) -> Iterator[float]:
        """Yield how many processors are missing, at intervals until the end."""
        processors = len(own_processors())
        while not ended.wait(seconds):
            yield load() + threads - processors

    def watch(ended: threading.Event) -> None:
        for before in missing(ended):
            if before > BUSY:
                with _on_thread("openmp-pool", _hold_pool):
                    for now in missing(ended):
                        if now < IDLE:
                            break

    return _on_thread("contention-watch", watch)


@contextmanager
def _on_thread(name: str, work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Run `work` on a thread of its own inside the `with` block, whose end sets the event and waits for the thread."""
    ended = threading.Event()
    thread = threading.Thread(target=work, args=(ended,), name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _hold_pool(ended: threading.Event) -> None:
    torch.zeros(WORTH_SPLITTING).add_(1.0)
    ended.wait()


class BackgroundLoad:
    """A callable that returns how many processors other programs kept busy since the last call."""

    def __init__(self) -> None:
        self._processors = sorted(own_processors())
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


def own_processors() -> set[int]:
    """Return the processors that this process may run on."""
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _counted_twice(times: object) -> float:
    """Return guest time, which Linux also counts as user and nice time."""
    return float(getattr(times, "guest", 0.0)) + float(getattr(times, "guest_nice", 0.0))
