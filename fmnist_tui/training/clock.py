"""Time spent training, pauses left out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class ActiveClock:
    """A stopwatch that can be held.

    Args:
        seconds: What it shows at first.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._started = time.perf_counter() - seconds

    @property
    def seconds(self) -> float:
        """Seconds since the clock was made, without those it was held for."""
        return time.perf_counter() - self._started

    @contextmanager
    def held(self) -> Iterator[None]:
        """Doesn't count the time inside the `with` block."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._started += time.perf_counter() - began
