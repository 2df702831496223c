"""Yields processors to other programs that need them, without changing what is computed.

The threads of a parallel operation wait for each other at its end. libgomp lets them spin for some milliseconds, which
is fastest on idle processors. If another program runs on one of them, the spinning threads take the time of the thread
that they wait for, and training falls to a tenth of its speed or less.

libgomp stops spinning while a process has more OpenMP threads than it has processors
(`gomp_throttled_spin_count_var` in its `config/linux/wait.h`). So while the processors are busy, an idle thread
holds an OpenMP pool of its own. The number of threads in an operation stays the same, and so do the bits of its result.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch

from fmnist_tui.training.free_processors import FreeProcessors

READING_INTERVAL_SECONDS = 0.5

BUSY = 0.5
"""With more processors missing than this, sleeping is faster than spinning."""

IDLE = 0.25
"""With fewer processors missing than this, spinning is faster; the gap avoids frequent switching."""

WORTH_SPLITTING = 1 << 20
"""Elements of an operation that torch splits among its threads, which starts a pool."""


def contention_watch(
    free: Callable[[], float] | None = None, seconds: float = READING_INTERVAL_SECONDS
) -> AbstractContextManager[None]:
    """Return a context in which libgomp spins or sleeps depending on how busy other programs keep the processors.

    A thread of its own takes the readings. Changes nothing on systems other than Linux, where torch uses another OpenMP
    library, or if the calling thread computes with one thread.

    Args:
        free: Returns how many processors other programs left to this one since its last call; measured if None.
        seconds: Time between two readings.
    """
    threads = torch.get_num_threads()
    if sys.platform != "linux" or threads == 1:
        return nullcontext()
    left = free or FreeProcessors()

    def missing(ended: threading.Event) -> Iterator[float]:
        """Yield how many processors are missing, at intervals until the end."""
        while not ended.wait(seconds):
            yield threads - left()

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
