"""A run followed from the command line: its events shown, its signals obeyed, its end turned into an exit code."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from fmnist_tui.cli.progress import JsonLines, Listener, LiveTable, PlainLines
from fmnist_tui.cli.terminal import console, print_stderr
from fmnist_tui.events import RunEnded, RunState
from fmnist_tui.training.control import Control

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def run_in_foreground(as_json: bool, train: Callable[[Control, Listener], RunEnded]) -> int:
    """Lets `train` do its work and shows it; tells the exit code.

    Args:
        as_json: Whether events are printed as JSON, one a line.
        train: Trains under a control and tells a listener.
    """
    control = Control()
    with _listener(as_json) as listener, _ended_by_signals(control) as was_interrupted:
        ended = train(control, listener)
    if ended.state is RunState.FAILED:
        print_stderr(ended.reason)
        return 1
    return 130 if was_interrupted() else 0


def _listener(as_json: bool) -> Listener:
    if as_json:
        return JsonLines(sys.stdout)
    return LiveTable(console()) if sys.stdout.isatty() else PlainLines(sys.stdout)


@contextmanager
def _ended_by_signals(control: Control) -> Iterator[Callable[[], bool]]:
    """Turns the first signal into a wish to stop and save, and the second into an end at once."""
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            raise KeyboardInterrupt
        control.stop(f"by {signal.Signals(number).name}")
        print_stderr("finishing the batch and saving; once more to quit at once")

    # What is inherited as ignored stays so: that is how nohup, and a shell's background jobs, keep a run going.
    heeded = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, on_signal) for number in heeded}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
