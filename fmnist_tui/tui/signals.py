"""Handle signals while the interface runs: a lost connection or a kill must not lose the run."""

import asyncio
import signal
from collections.abc import Callable

from fmnist_tui.engine.signals import stop_signals


class SignalWatch:
    """Calls back on the event loop on a signal, until `end` is called.

    Args:
        on_signal: Receives the signal's name, such as "SIGHUP".
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
        """Restore the default handlers."""
        for number in self._watched:
            self._loop.remove_signal_handler(number)
        self._watched.clear()
