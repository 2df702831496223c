"""A session obeys the requests of other processes wherever it is: training, validating, loading or paused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sessions import CONFIG, resume, stopped_run, train

from fmnist_tui.events import Event, RunEnded, RunState, StateChanged, StepsDone, ValidationStarted, Warned
from fmnist_tui.paths import runs_folder
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.runs.requests import RequestKind, send_request
from fmnist_tui.training.control import Control


@pytest.fixture(autouse=True)
def _as_alice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    monkeypatch.setattr("socket.gethostname", lambda: "gpu1")
    monkeypatch.setattr("fmnist_tui.training.control.OUTSIDE_INTERVAL_SECONDS", 0.0)


def newest() -> RunFolder:
    return RunFolder(max(runs_folder().iterdir()))


def sending(kind: RequestKind, when: Callable[[Event], bool]) -> Callable[[Event], None]:
    """Return a sink that sends a request, once, at an event."""
    left = [kind]

    def send(event: Event) -> None:
        if left and when(event):
            send_request(newest(), left.pop())

    return send


def is_step(epoch: int, step: int) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StepsDone) and (event.epoch, event.step) == (epoch, step)


def is_paused(event: Event) -> bool:
    return isinstance(event, StateChanged) and event.state is RunState.PAUSED


def test_a_run_is_paused_continued_and_stopped_from_outside_and_reports_by_whom() -> None:
    events: list[Event] = []
    ended = train(
        CONFIG,
        events.append,
        sending(RequestKind.PAUSE, is_step(1, 2)),
        sending(RequestKind.CONTINUE, is_paused),
        sending(RequestKind.STOP, is_step(2, 3)),
    )
    assert ended.state is RunState.STOPPED
    assert ended.reason == "interrupted by alice@gpu1 from outside in epoch 2 of 2, at step 3 of 6"
    states = [event for event in events if isinstance(event, StateChanged) and event.state is not RunState.STARTING]
    assert [event.state for event in states] == ["training", "paused", "training", "stopping"]
    assert states[1].detail == "by alice@gpu1 from outside"
    assert not newest().request_file.exists()


def test_a_run_is_stopped_while_it_validates() -> None:
    ended = train(CONFIG, sending(RequestKind.STOP, lambda event: isinstance(event, ValidationStarted)))
    assert ended.reason == "interrupted by alice@gpu1 from outside in epoch 1 of 2, at step 6 of 6"


def test_a_run_that_is_resumed_is_stopped_while_it_loads() -> None:
    folder = stopped_run()
    log = folder.events_file.read_bytes()

    def is_loading(event: Event) -> bool:
        return isinstance(event, StateChanged) and event.detail == "loading the engine"

    ended = resume(folder, sending(RequestKind.STOP, is_loading))
    assert (ended.state, ended.reason) == (RunState.STOPPED, "stopped before the first batch")
    assert folder.events_file.read_bytes() == log


def test_a_request_that_nobody_took_does_not_stop_the_next_session() -> None:
    folder = stopped_run()
    send_request(folder, RequestKind.STOP)
    assert resume(folder).state is RunState.FINISHED
    assert not folder.request_file.exists()


def test_a_request_that_comes_after_the_last_batch_is_removed() -> None:
    assert train(CONFIG, sending(RequestKind.STOP, lambda event: isinstance(event, RunEnded))).state == "finished"
    assert not newest().request_file.exists()


def test_something_foreign_is_reported_once_and_the_run_continues(tmp_path: Path) -> None:
    events: list[Event] = []

    def put(event: Event) -> None:
        if is_step(1, 1)(event):
            newest().request_file.symlink_to(tmp_path)

    assert train(CONFIG, events.append, put).state is RunState.FINISHED
    (warning,) = (event for event in events if isinstance(event, Warned))
    assert "it is not a regular file" in warning.text


def test_looking_outside_is_rare_and_ends_with_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fmnist_tui.training.control.OUTSIDE_INTERVAL_SECONDS", 3600.0)
    control, looks = Control(), list[int]()
    with control.looking_outside(lambda: looks.append(1)):
        for _batch in range(1000):
            control.has_pending()
    control.has_pending()
    assert looks == [1]
