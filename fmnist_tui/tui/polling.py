"""Read something again and again on a thread that nobody waits for: a database may not answer for minutes."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from time import monotonic
from typing import Generic, TypeVar

from fmnist_tui.errors import UserError, error_line

T = TypeVar("T")

PATIENCE_SECONDS = 10.0
"""How long a read may take until that is reported."""

SHARE = 5
"""Between two reads is at least this many times as long as one has taken: a training may need the cores."""


class Polling(Generic[T]):
    """Reads, at most once at a time. The thread ends with the process, whatever it waits for.

    Args:
        read: Reads; it may raise `UserError`.
        interval: The least number of seconds between two reads.

    Attributes:
        newest: What was read last; None before the first read. A failed read leaves it as it was.
        problem: Why the last read has failed, or that it takes long; empty if all is well.
    """

    def __init__(self, read: Callable[[], T], interval: float) -> None:
        self._read = read
        self._interval = interval
        self._pending: Future[T] | None = None
        self._started = 0.0
        self._next = 0.0
        self.newest: T | None = None
        self.problem = ""

    def hurry(self) -> None:
        """Read again as soon as possible."""
        self._next = 0.0

    def poll(self) -> bool:
        """Begin to read if that is due, or take what was read; return whether there is something new to show."""
        if self._pending is None:
            if monotonic() >= self._next:
                self._begin()
            return False
        before = self.newest, self.problem
        waited = monotonic() - self._started
        if not self._pending.done():
            if waited >= PATIENCE_SECONDS and self.newest is not None:
                self.problem = f"no answer for {waited:.0f} s; this is what was read before"
            elif waited >= PATIENCE_SECONDS:
                self.problem = f"no answer for {waited:.0f} s"
        else:
            self._take(self._pending)
            self._pending = None
            self._next = monotonic() + max(self._interval, SHARE * waited)
        return before != (self.newest, self.problem)

    def _begin(self) -> None:
        pending: Future[T] = Future()
        self._pending = pending
        self._started = monotonic()

        def read() -> None:
            try:
                pending.set_result(self._read())
            except BaseException as error:  # noqa: BLE001 - `poll` raises it on the thread of the interface
                pending.set_exception(error)

        threading.Thread(target=read, name="polling", daemon=True).start()

    def _take(self, pending: "Future[T]") -> None:
        try:
            self.newest, self.problem = pending.result(), ""
        except UserError as error:
            self.problem = error_line(error)
