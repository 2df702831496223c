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

from fmnist_tui.training.errands import Errands, settle

T = TypeVar("T")


class ComputeThread:
    """Runs jobs one after another in the order they came; errands slip in between the batches of a long job.

    The thread is a daemon: it doesn't keep the process alive.

    Attributes:
        errands: Done between two jobs; a long job does them between its batches.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        # An empty job wakes the thread when it is idle; when it is not, the errand may be done long before its turn.
        self.errands = Errands(on_arrival=lambda: self._jobs.put(lambda: None))
        threading.Thread(target=self._serve, name="compute", daemon=True).start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queues a job behind all others; what it returns or raises is found in the future."""
        future: Future[T] = Future()
        self._jobs.put(lambda: settle(future, job))
        return future

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            self.errands.run()
            job()
