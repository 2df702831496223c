"""Trains in the foreground: shows the run's events, obeys signals and turns the run's end into an exit code."""

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

from cyclopts import Parameter

from fmnist_tui.cli.output import Output
from fmnist_tui.cli.sinks import output_sink
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.engine.session import Session
from fmnist_tui.engine.signals import stop_signals
from fmnist_tui.engine.sinks import run_sink_named, run_sinks
from fmnist_tui.events import RunEnded, RunState
from fmnist_tui.training.control import Control

_SINKS = "; ".join(f"{name}: {sink.summary}" for name, sink in run_sinks().items())

SinkNames = Annotated[
    list[str] | None,
    Parameter(name="--sink", help=f"Add a sink to the run: {_SINKS}.", negative="", show=bool(_SINKS)),
]
"""The flag that adds registered sinks, each by its name; hidden as long as none is installed."""


def run_in_foreground(
    output: Output,
    job: Callable[[Session], RunEnded],
    *,
    sinks: Iterable[EventSink] = (),
    sink_names: Sequence[str] = (),
) -> int:
    """Train in a session that shows its events and obeys signals; return the exit code.

    Args:
        output: How the events are printed.
        job: Trains or resumes a run in the session.
        sinks: Receive the events besides the output.
        sink_names: The sinks that the user added.
    """
    with usage_errors():
        added = [run_sink_named(name) for name in sink_names]
    control = Control()
    session = Session([output_sink(output), *sinks], run_sinks=added, control=control)
    with _stop_on_signals(control) as was_interrupted:
        ended = job(session)
    if ended.state is RunState.FAILED:
        print_stderr(ended.reason)
        return 1
    return 130 if was_interrupted() else 0


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
