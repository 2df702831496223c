"""Short jobs for the compute thread that need not wait for a long one to end, only for its next gap."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class JobQueue:
    """A queue that any thread may add to and one thread works off.

    Args:
        on_arrival: Called after each addition, on the thread that adds.
    """

    def __init__(self, on_arrival: Callable[[], None] = lambda: None) -> None:
        self._on_arrival = on_arrival
        self._waiting: deque[Callable[[], None]] = deque()

    def __bool__(self) -> bool:
        """Whether any errand waits."""
        return bool(self._waiting)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Queues an errand; what it returns or raises is found in the future."""
        future: Future[T] = Future()
        self._waiting.append(lambda: complete(future, job))
        self._on_arrival()
        return future

    def run(self) -> None:
        """Does all that wait, on the calling thread."""
        while self._waiting:
            self._waiting.popleft()()


def complete(future: Future[Any], job: Callable[[], Any]) -> None:
    """Does a job and puts its result or its error into the future, unless that was cancelled before."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = job()
    except BaseException as error:  # noqa: BLE001 - it is handed on, to whoever waits for the result
        future.set_exception(error)
    else:
        future.set_result(result)
