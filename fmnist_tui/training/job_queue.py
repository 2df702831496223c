"""Short jobs that the compute thread runs between two batches of a training."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class JobQueue:
    """A queue that any thread may add to and one thread runs.

    Args:
        on_arrival: Called after each addition, on the thread that adds.
    """

    def __init__(self, on_arrival: Callable[[], None] = lambda: None) -> None:
        self._on_arrival = on_arrival
        self._waiting: deque[Callable[[], None]] = deque()

    def __bool__(self) -> bool:
        """Return whether any job waits."""
        return bool(self._waiting)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queue a job; return a future of its result."""
        future: Future[T] = Future()
        self._waiting.append(lambda: complete(future, job))
        self._on_arrival()
        return future

    def run(self) -> None:
        """Run all waiting jobs on the calling thread."""
        while self._waiting:
            self._waiting.popleft()()


def complete(future: Future[Any], job: Callable[[], Any]) -> None:
    """Run a job and set the future's result or exception, unless it was cancelled before."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - raised by `future.result()`
        future.set_exception(error)
    else:
        future.set_result(result)
