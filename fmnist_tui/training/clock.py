"""Time spent training, pauses left out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class ActiveClock:
    """A stopwatch that can be held."""

    def __init__(self) -> None:
        self._started = time.perf_counter()

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
