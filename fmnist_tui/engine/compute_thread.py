"""The one thread on which all torch work of the process happens.

Each thread that runs a parallel torch operation gets an OpenMP pool of its own, and with more pool threads than cores
every barrier sleeps instead of spinning, which halves the training speed. So there is one such thread, for the life of
the process, and whatever needs torch is a job on it.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from fmnist_tui.training.job_queue import JobQueue, complete

T = TypeVar("T")


class ComputeThread:
    """Runs jobs one after another in the order they came; errands slip in between the batches of a long job.

    The thread is a daemon: it doesn't keep the process alive.

    Attributes:
        jobs: Done between two jobs; a long job does them between its batches.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._is_closing = False
        # An empty job wakes the thread when it is idle; when it is not, the errand may be done long before its turn.
        self.jobs = JobQueue(on_arrival=lambda: self._jobs.put(lambda: None))
        self._thread = threading.Thread(target=self._serve, name="compute", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queues a job behind all others; what it returns or raises is found in the future."""
        future: Future[T] = Future()
        self._jobs.put(lambda: complete(future, job))
        return future

    def close(self, timeout: float) -> bool:
        """Ends the thread after the job under way; tells whether it has ended within so many seconds.

        A process must not end its interpreter while the thread is inside torch: the C++ code can't be unwound from
        there and aborts.
        """
        self._is_closing = True
        self._jobs.put(None)
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None and not self._is_closing:
            self.jobs.run()
            job()
