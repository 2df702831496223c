"""The events of a log without those that a resume has made void, of all types and in bounded memory.

`runs/history.py` holds the few that start a run or end an epoch, and takes back what a resume makes void as it reads
on. Steps are too many for that, so this reads the log twice.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from math import inf
from pathlib import Path

from fmnist_tui.errors import UserError
from fmnist_tui.events import EpochEnded, Event, ProbeRecorded, RunResumed, StepsDone
from fmnist_tui.runs.event_log import read_events
from fmnist_tui.sanitize import quote

Position = tuple[float, float]
"""An epoch, from 1, and the number of its steps that are done; infinite after its last."""


def valid_events(file: Path) -> Iterator[Event]:
    """Yield the events of a log, in order, without those of steps and epochs that the run repeated after a resume.

    The log is read twice, because only its end shows which of its events are void.

    Raises:
        UserError: The log can't be read.
    """
    try:
        yield from _valid_events(file)
    except OSError as error:
        raise UserError(f"can't read {quote(file, 200)}: {error.strerror or error}") from error


def _valid_events(file: Path) -> Iterator[Event]:
    limits: deque[tuple[int, Position]] = deque()
    length = 0
    newest: Position = (0, 0)
    for length, event in enumerate(read_events(file), start=1):
        position = _position(event)
        if isinstance(event, RunResumed):
            newest = (event.epoch, event.step)
            limits.append((length, (event.epoch, event.step + 0.5)))
        elif position is not None:
            if position < newest:  # a log of an earlier version may lack its resume
                limits.append((length, position))
            newest = position
    limits = _with_later_ones(limits)
    for number, event in enumerate(islice(read_events(file), length), start=1):  # the run may write on
        while limits and limits[0][0] <= number:
            limits.popleft()
        position = _position(event)
        if position is None or not limits or position < limits[0][1]:
            yield event


def _position(event: Event) -> Position | None:
    """Return when the event happened; None for one that no resume makes void."""
    match event:
        case StepsDone():
            return event.epoch, event.step
        case EpochEnded() | ProbeRecorded():
            return event.epoch, inf
    return None


def _with_later_ones(limits: deque[tuple[int, Position]]) -> deque[tuple[int, Position]]:
    """Return for each resume the position from which on the events before it are void, by it or by a later one."""
    lowest: Position = (inf, inf)
    found: deque[tuple[int, Position]] = deque()
    for number, position in reversed(limits):
        lowest = min(lowest, position)
        found.appendleft((number, lowest))
    return found
