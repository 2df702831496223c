"""Trains in the foreground: shows the run's events, obeys signals and turns the run's end into an exit code."""

from collections.abc import Callable, Iterable, Sequence
from signal import Signals
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from fmnist_tui.cli.output import Output
from fmnist_tui.cli.sinks import output_sink
from fmnist_tui.cli.streams import print_stderr
from fmnist_tui.cli.usage_errors import usage_errors
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.engine.session import Session
from fmnist_tui.engine.signals import handled_stop_signals
from fmnist_tui.engine.sinks import run_sink_named, run_sinks
from fmnist_tui.events import Event, RunEnded, RunState, StateChanged
from fmnist_tui.training.control import Control
from fmnist_tui.training.launch import Launch

if TYPE_CHECKING:
    from fmnist_tui.data.dataset import Dataset

_SINKS = "; ".join(f"{name}: {sink.summary}" for name, sink in run_sinks().items())

SinkNames = Annotated[
    list[str] | None,
    Parameter(name="--sink", help=f"Add a sink to the run: {_SINKS}.", negative="", show=bool(_SINKS)),
]
"""The flag that adds registered sinks, each by its name; hidden as long as none is installed."""


def run_in_foreground(
    output: Output | None,
    job: Callable[[Session], RunEnded],
    *,
    sinks: Iterable[EventSink] = (),
    sink_names: Sequence[str] = (),
    dataset: "Dataset | None" = None,
    launch: Launch | None = None,
) -> int:
    """Train in a session that shows its events and obeys signals; return the exit code.

    Args:
        output: How the events are printed; None prints nothing but why the run failed.
        job: Trains or resumes a run in the session.
        sinks: Receive the events besides the output.
        sink_names: The sinks that the user added.
        dataset: The images of the run, if they are loaded already.
        launch: The place of this process among those that train the run together; None if it trains alone.
    """
    with usage_errors():
        added = [run_sink_named(name) for name in sink_names]
    control = Control()
    interrupts = _Interrupts(control)
    shown = [] if output is None else [output_sink(output)]
    session = Session(
        [*shown, CallbackSink(interrupts.follow), *sinks],
        run_sinks=added,
        control=control,
        dataset=dataset,
        launch=launch,
    )
    with handled_stop_signals(interrupts.on_signal):
        ended = job(session)
    if ended.state is RunState.FAILED:
        print_stderr(ended.reason)
        return 1
    return 130 if interrupts.received else 0


class _Interrupts:
    """Stops the run and saves it on the first signal, and interrupts the program at once on the second."""

    def __init__(self, control: Control) -> None:
        self.received = 0
        self._control = control
        self._state = RunState.STARTING

    def follow(self, event: Event) -> None:
        """Follow the run's state, on which the report of a signal depends."""
        if isinstance(event, StateChanged):
            self._state = event.state

    def on_signal(self, number: Signals) -> None:
        """Ask the run to stop; raise `KeyboardInterrupt` if it was asked before."""
        self.received += 1
        if self.received > 1:
            raise KeyboardInterrupt
        self._control.stop(f"by {number.name}")
        # Before the first batch there is nothing to finish.
        doing = "stopping" if self._state is RunState.STARTING else "finishing the batch and saving"
        print_stderr(f"{doing}; interrupt again to quit at once")
