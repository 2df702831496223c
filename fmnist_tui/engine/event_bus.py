"""The event bus of one run: it passes each event to every sink, and isolates the run from sinks that fail."""

import logging
import sys
from collections.abc import Iterable
from typing import Any, Self

from fmnist_tui.engine.event_sink import EventSink
from fmnist_tui.events import Event, RunEnded, RunState, StateChanged, Warned
from fmnist_tui.sanitize import quote

logger = logging.getLogger(__name__)

ILLEGAL_TRANSITION = "illegal transition of a run's state"


class EventBus:
    """Pass each event to the open sinks, in the order in which they were added.

    A sink that raises is closed and removed, and the others receive a `Warned`. Sinks are opened when they are added,
    and closed, the last one first, at the end of the `with` block.

    Args:
        sinks: The first sinks; others are added by `add`.
    """

    def __init__(self, sinks: Iterable[EventSink]) -> None:
        self._added = tuple(sinks)
        self._open: list[EventSink] = []
        self._state = RunState.STARTING

    def __enter__(self) -> Self:
        for sink in self._added:
            self.add(sink)
        return self

    def __exit__(self, *error: Any) -> None:
        while self._open:
            _close(self._open.pop(), *error)

    def add(self, sink: EventSink) -> None:
        """Open a sink, which receives all further events."""
        try:
            sink.__enter__()
        except Exception as error:
            logger.exception("sink %s can't be opened", type(sink).__name__)
            self(_warning(sink, error))
        else:
            self._open.append(sink)

    def __call__(self, event: Event) -> None:
        self._check_state(event)
        self.replay(event)

    def replay(self, event: Event) -> None:
        """Pass on an event of the run's history, which the state of today doesn't follow from."""
        failures = []
        for sink in tuple(self._open):
            try:
                sink(event)
            except Exception as error:
                logger.exception("sink %s failed", type(sink).__name__)
                self._open.remove(sink)
                _close(sink, *sys.exc_info())
                failures.append(_warning(sink, error))
        if not isinstance(event, RunEnded):  # no event follows that one
            for failure in failures:
                self(failure)

    def _check_state(self, event: Event) -> None:
        """Log a transition that the table of states doesn't have. It is a bug, but no reason to lose a training."""
        if isinstance(event, StateChanged | RunEnded):
            if not self._state.may_become(event.state):
                logger.error("%s: %s -> %s", ILLEGAL_TRANSITION, self._state, event.state)
            self._state = event.state


def _close(sink: EventSink, *error: Any) -> None:
    try:
        sink.__exit__(*error)
    except Exception:
        logger.exception("sink %s can't be closed", type(sink).__name__)


def _warning(sink: EventSink, error: Exception) -> Warned:
    text = f"sink {type(sink).__name__} failed: {type(error).__name__}: {quote(error, 200)}"
    return Warned(text=text, remedy="The run continues without it")
