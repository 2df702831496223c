"""The attempts to train a run, by its log: how it was started and resumed."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_tui.events import NonFiniteFound, RunEnded, RunResumed, RunStarted, RunState
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.runs.folder import RunFolder


@dataclass(frozen=True, slots=True)
class Attempts:
    """The first and the newest attempt to train a run.

    Attributes:
        first: How the run started; None if the log doesn't hold it.
        newest: How it was last started or resumed; None if the log doesn't hold it.
        broke: Whether the newest attempt ended because of a nan.
        is_finished: Whether the newest attempt reported that the run is finished.
    """

    first: RunStarted | None = None
    newest: RunStarted | None = None
    broke: bool = False
    is_finished: bool = False


def attempts_of(folder: RunFolder) -> Attempts:
    """Return the attempts in a run's log; empty if it has no log.

    Raises:
        OSError: The log can't be read.
    """
    first = newest = None
    broke = is_finished = False
    if not folder.events_file.exists():
        return Attempts()
    for event in read_events(folder.events_file):
        match event:
            case RunStarted() | RunResumed():
                newest = event.started if isinstance(event, RunResumed) else event
                first = first or newest
                broke = is_finished = False
            case NonFiniteFound():
                broke = True
            case RunEnded():
                is_finished = event.state is RunState.FINISHED
    return Attempts(first, newest, broke, is_finished)
