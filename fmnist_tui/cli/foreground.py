"""Trains in the foreground: shows the run's events, obeys signals and turns the run's end into an exit code."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from fmnist_tui.cli.progress import JsonLines, LiveTable, PlainLines
from fmnist_tui.cli.terminal import console, print_stderr
from fmnist_tui.engine.event_sink import EventSink, RunSink
from fmnist_tui.engine.session import Session
from fmnist_tui.engine.signals import stop_signals
from fmnist_tui.events import RunEnded, RunState
from fmnist_tui.training.control import Control


def run_in_foreground(
    as_json: bool,
    job: Callable[[Session], RunEnded],
    *,
    sinks: Iterable[EventSink] = (),
    run_sinks: Iterable[type[RunSink]] = (),
) -> int:
    """Train in a session that shows its events and obeys signals; return the exit code.

    Args:
        as_json: Whether to print the events as JSON, one on each line.
        job: Trains or resumes a run in the session.
        sinks: Receive the events besides the output.
        run_sinks: Sinks that the user added.
    """
    control = Control()
    session = Session([_output(as_json), *sinks], run_sinks=run_sinks, control=control)
    with _stop_on_signals(control) as was_interrupted:
        ended = job(session)
    if ended.state is RunState.FAILED:
        print_stderr(ended.reason)
        return 1
    return 130 if was_interrupted() else 0


def _output(as_json: bool) -> EventSink:
    if as_json:
        return JsonLines(sys.stdout)
    return LiveTable(console()) if sys.stdout.isatty() else PlainLines(sys.stdout)


@contextmanager
def _stop_on_signals(control: Control) -> Iterator[Callable[[], bool]]:
    """Stop and save on the first signal, and interrupt at once on the second; yield whether one was received."""
    received: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if len(received) > 1:
            raise KeyboardInterrupt
        control.stop(f"by {signal.Signals(number).name}")
        print_stderr("finishing the batch and saving; interrupt again to quit at once")

    before = {number: signal.signal(number, on_signal) for number in stop_signals()}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
