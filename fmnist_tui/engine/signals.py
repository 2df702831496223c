"""The signals that stop a run after it has saved, in the interface and on the command line."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def stop_signals() -> list[signal.Signals]:
    """Return the signals to handle: those that exist on this system and that are not inherited as ignored.

    `nohup` and a shell's background jobs keep a run alive by ignoring signals.
    """
    signals = [signal.Signals[name] for name in ("SIGHUP", "SIGINT", "SIGTERM") if hasattr(signal, name)]
    return [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def handled_stop_signals(handle: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Within this, call `handle` with each stop signal instead of what handled it before."""
    before = {
        number: signal.signal(number, lambda number, _frame: handle(signal.Signals(number)))
        for number in stop_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
