"""The one thread on which all torch work of the process happens.

Each thread that runs a parallel torch operation gets an OpenMP pool of its own, and with more pool threads than cores
every barrier sleeps instead of spinning, which halves the training speed. So there is one such thread for the life of
the process, and everything that needs torch is a job on it.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from fmnist_tui.training.job_queue import JobQueue, complete

T = TypeVar("T")


class ComputeThread:
    """Runs long jobs in the order in which they were submitted, and short ones between the batches of a long one.

    The thread is a daemon: it doesn't keep the process alive.

    Attributes:
        jobs: The short jobs. They run between two long jobs; a long job also runs them between its batches.
    """

    def __init__(self) -> None:
        self._long_jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_closing = False
        # An empty long job wakes the thread if it is idle.
        self.jobs = JobQueue(on_arrival=lambda: self._long_jobs.put(lambda: None))
        self._thread = threading.Thread(target=self._serve, name="compute", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a long job behind all others; the future holds its result or its error."""
        future: Future[T] = Future()
        self._long_jobs.put(lambda: complete(future, job))
        return future

    def close(self, timeout: float) -> bool:
        """End the thread after its current job; return whether it has ended within `timeout` seconds.

        A process must not end its interpreter while the thread is inside torch: the C++ code can't be unwound from
        there and aborts.
        """
        self._is_closing = True
        self._long_jobs.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while (job := self._long_jobs.get()) is not None and not self._is_closing:
            self.jobs.run()
            job()
