"""Signals while the interface is up: a dropped connection or a kill must not cost what was trained."""

import asyncio
import signal
from collections.abc import Callable

from fmnist_tui.engine.signals import stop_signals


class SignalWatch:
    """Calls back on the event loop when the process is signalled, until it is ended.

    Args:
        on_signal: Told the signal's name, such as "SIGHUP".
    """

    def __init__(self, on_signal: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._watched: list[signal.Signals] = []
        for number in stop_signals():
            try:
                self._loop.add_signal_handler(number, on_signal, number.name)
            except (NotImplementedError, RuntimeError, ValueError):
                continue  # no such thing on Windows, or not in the main thread: the system's own way stays
            self._watched.append(number)

    def end(self) -> None:
        """Leaves signals to the system again."""
        for number in self._watched:
            self._loop.remove_signal_handler(number)
        self._watched.clear()
