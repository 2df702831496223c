"""The event bus: every sink gets every event, and a failing sink does not affect the others."""

from a_run import ended, steps

from fmnist_tui.engine.event_bus import ILLEGAL_TRANSITION, EventBus
from fmnist_tui.engine.event_sink import CallbackSink, EventSink
from fmnist_tui.events import Event, RunEnded, RunState, StateChanged, Warned


class BrokenSink(EventSink):
    """A sink that raises in one of its methods."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.calls: list[str] = []

    def _call(self, method: str) -> None:
        self.calls.append(method)
        if method == self.method:
            raise LookupError("gone")

    def __call__(self, _event: Event, /) -> None:
        self._call("call")

    def __enter__(self) -> "BrokenSink":
        self._call("enter")
        return self

    def __exit__(self, *_error: object) -> None:
        self._call("exit")


def test_a_sink_that_raises_is_closed_removed_and_reported_to_the_others() -> None:
    broken, events = BrokenSink("call"), list[Event]()
    with EventBus([broken, CallbackSink(events.append)]) as bus:
        bus(steps(1, 1))
        bus(steps(1, 2))
    assert broken.calls == ["enter", "call", "exit"]
    first, warning, second = events
    assert (first, second) == (steps(1, 1), steps(1, 2))
    assert isinstance(warning, Warned)
    assert warning.text == "sink BrokenSink failed: LookupError: 'gone'"


def test_a_sink_that_cannot_be_opened_is_reported_and_gets_no_event() -> None:
    broken, events = BrokenSink("enter"), list[Event]()
    with EventBus([CallbackSink(events.append), broken]) as bus:
        bus(steps(1, 1))
    assert broken.calls == ["enter"]
    assert [event.type for event in events] == ["warned", "steps_done"]


def test_a_sink_that_fails_to_close_does_not_prevent_the_others_from_closing() -> None:
    first, last = BrokenSink("none"), BrokenSink("exit")
    with EventBus([first, last]) as bus:
        bus(steps(1, 1))
    assert first.calls == last.calls == ["enter", "call", "exit"]


def test_no_event_follows_the_end_of_a_run() -> None:
    events: list[Event] = []
    with EventBus([BrokenSink("call"), CallbackSink(events.append)]) as bus:
        bus(ended(RunState.FAILED))
    assert [type(event) for event in events] == [RunEnded]


def test_an_illegal_transition_is_logged_and_passed_on(illegal_transitions: list[str]) -> None:
    events: list[Event] = []
    with EventBus([CallbackSink(events.append)]) as bus:
        bus(StateChanged(state=RunState.PAUSED))
        assert illegal_transitions == [f"{ILLEGAL_TRANSITION}: starting -> paused"]
        illegal_transitions.clear()
        bus(StateChanged(state=RunState.TRAINING))
        assert not illegal_transitions
    assert len(events) == 2
